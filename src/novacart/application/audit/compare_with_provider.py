"""Compare recorded payments with those of the payment provider."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from novacart.application.audit.invariants import (
    CAPTURED_AMOUNTS,
    ONE_CAPTURE,
    PROVIDER_BALANCE,
)
from novacart.application.ports.audit_reader import (
    AuditReader,
    CheckResult,
    RecordedBalance,
    RecordedPayment,
)
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.domain.shared.money import Money

_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
# A payment may be opened at the provider some time after it was created.
_LATEST_OPENING: Final = timedelta(days=7)
_NOTHING: Final = RecordedBalance(captured=0)
# By which the clocks of shop and provider may differ.
_CLOCK_DIFFERENCE: Final = timedelta(minutes=5)


def compare_with_provider(
    reader: AuditReader, gateway: PaymentGateway, *, since: datetime | None, now: datetime
) -> Mapping[int, CheckResult]:
    """Return the differences by invariant number. Raises `GatewayUnavailable`.

    With `since`, only payments opened at the provider since then are compared, and the balance,
    which is that of all, is not. The shop is in use: payments under way, and those whose record
    changes meanwhile, are not compared.
    """
    begin = since or _BEGINNING
    recorded = _recorded(reader, begin, now)
    captured = {
        report.reference: report.payment.captured
        for report in gateway.payments_since(begin)
        if report.payment is not None
    }
    unknown = _unknown_payments(recorded, captured)
    wrong_amounts = _wrong_amounts(recorded, captured, begin)
    later = _recorded(reader, begin, now) if wrong_amounts or unknown else recorded

    def lasting(differences: Mapping[str, str]) -> list[str]:
        return [
            difference
            for reference, difference in differences.items()
            if (last := later.get(reference)) == recorded.get(reference)
            and not (last and last.is_under_way)
        ]

    results = {
        CAPTURED_AMOUNTS.number: CheckResult(
            checked=len(recorded), violations=lasting(wrong_amounts)
        ),
        ONE_CAPTURE.number: CheckResult(checked=len(captured), violations=lasting(unknown)),
    }
    if since is None:
        results[PROVIDER_BALANCE.number] = _compare_balances(reader, gateway, now)
    return results


def _unknown_payments(
    recorded: Mapping[str, RecordedPayment], captured: Mapping[str, Money]
) -> Mapping[str, str]:
    """The captured payments that are not recorded: a message by the reference of the payment."""
    return {
        reference: f"{reference} captured {amount} {amount.currency} and belongs to no order."
        for reference, amount in captured.items()
        if amount and reference not in recorded
    }


def _wrong_amounts(
    recorded: Mapping[str, RecordedPayment], captured: Mapping[str, Money], begin: datetime
) -> Mapping[str, str]:
    """The payments whose captures differ: a message by the reference of the payment."""
    messages = {}
    for reference, payment in recorded.items():
        amount = captured.get(reference)
        on_record = f"Order {payment.order_number}: {payment.captured} captured on record,"
        if amount is not None:
            if payment.captured != amount:
                messages[reference] = f"{on_record} {amount} at the provider."
        # It may have been opened before `begin`, by the clock of the provider.
        elif payment.captured and payment.created_at >= begin + _CLOCK_DIFFERENCE:
            messages[reference] = f"{on_record} but the provider has no payment {reference}."
    return messages


def _recorded(reader: AuditReader, begin: datetime, now: datetime) -> Mapping[str, RecordedPayment]:
    """The recorded payments that may have been opened since then, by reference."""
    payments = reader.payments(since=begin - _LATEST_OPENING, now=now)
    return {payment.reference: payment for payment in payments}


def _compare_balances(reader: AuditReader, gateway: PaymentGateway, now: datetime) -> CheckResult:
    """Compare the provider's balance with the records before and after it was read.

    The balance is captures less refunds. Those that are under way or recorded meanwhile may or may
    not be in it, so it is between two limits, which are equal if there are none.
    """
    before = reader.balances(now=now)
    provider = gateway.net_captured()
    after = reader.balances(now=now)
    violations = []
    currencies = sorted({*before, *after, *provider})
    for currency in currencies:
        recorded = [each.get(currency, _NOTHING) for each in (before, after)]
        lowest = min(each.captured for each in recorded) - max(
            each.refunded + each.requested for each in recorded
        )
        highest = max(each.captured + each.capturable for each in recorded) - min(
            each.refunded - each.pending for each in recorded
        )
        balance = provider.get(currency, 0)
        if not lowest <= balance <= highest:
            limits = str(lowest) if lowest == highest else f"{lowest} to {highest}"
            violations.append(
                f"{currency}: {limits} minor units on record, {balance} at the provider."
            )
    return CheckResult(checked=len(currencies), violations=violations)
