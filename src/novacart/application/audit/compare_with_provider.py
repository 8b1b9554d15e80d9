"""Compare recorded payments with those of the payment provider."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from novacart.application.audit.invariants import (
    CAPTURED_AMOUNTS,
    ONE_CAPTURE,
    PROVIDER_BALANCE,
)
from novacart.application.ports.audit_reader import AuditReader, CheckResult, RecordedPayment
from novacart.application.ports.payment_gateway import PaymentGateway

_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
# A payment may be opened at the provider some time after it was created.
_LATEST_OPENING: Final = timedelta(days=7)
# By which the clocks of shop and provider may differ.
_CLOCK_DIFFERENCE: Final = timedelta(minutes=5)


def compare_with_provider(
    reader: AuditReader, gateway: PaymentGateway, *, since: datetime | None
) -> Mapping[int, CheckResult]:
    """Return the differences by invariant number. Raises `GatewayUnavailable`.

    With `since`, only payments opened at the provider since then are compared, and the balance,
    which is that of all, is not. Payments whose record changes meanwhile are not compared.
    """
    begin = since or _BEGINNING
    recorded = _recorded(reader, begin)
    # By the reference of the payment.
    wrong_amounts: dict[str, str] = {}
    unknown: dict[str, str] = {}
    seen = set()
    for report in gateway.payments_since(begin):
        if report.payment is None:
            continue
        seen.add(report.reference)
        captured = report.payment.captured
        payment = recorded.get(report.reference)
        if payment is None:
            if captured:
                unknown[report.reference] = (
                    f"{report.reference} captured {captured} {captured.currency}"
                    " and belongs to no order."
                )
        elif payment.captured != captured:
            wrong_amounts[report.reference] = (
                f"Order {payment.order_number}: {payment.captured} captured on record,"
                f" {captured} at the provider."
            )
    wrong_amounts |= {
        reference: f"Order {payment.order_number}: {payment.captured} captured on record,"
        f" but the provider has no payment {reference}."
        for reference, payment in recorded.items()
        if payment.captured
        and reference not in seen
        # It may have been opened before `begin`, by the clock of the provider.
        and payment.created_at >= begin + _CLOCK_DIFFERENCE
    }
    later = _recorded(reader, begin) if wrong_amounts or unknown else recorded

    def lasting(differences: Mapping[str, str]) -> list[str]:
        return [
            difference
            for reference, difference in differences.items()
            if later.get(reference) == recorded.get(reference)
        ]

    results = {
        CAPTURED_AMOUNTS.number: CheckResult(
            checked=len(recorded), violations=lasting(wrong_amounts)
        ),
        ONE_CAPTURE.number: CheckResult(checked=len(seen), violations=lasting(unknown)),
    }
    if since is None:
        results[PROVIDER_BALANCE.number] = _compare_balances(
            reader.net_captured(), gateway.net_captured()
        )
    return results


def _recorded(reader: AuditReader, begin: datetime) -> Mapping[str, RecordedPayment]:
    """The recorded payments that may have been opened since then, by reference."""
    payments = reader.payments(since=begin - _LATEST_OPENING)
    return {payment.reference: payment for payment in payments}


def _compare_balances(recorded: Mapping[str, int], provider: Mapping[str, int]) -> CheckResult:
    currencies = sorted({*recorded, *provider})
    return CheckResult(
        checked=len(currencies),
        violations=[
            f"{currency}: {recorded.get(currency, 0)} minor units on record,"
            f" {provider.get(currency, 0)} at the provider."
            for currency in currencies
            if recorded.get(currency, 0) != provider.get(currency, 0)
        ],
    )
