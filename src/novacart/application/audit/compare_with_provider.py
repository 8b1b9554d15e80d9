"""Our books beside the payment provider's."""

from collections.abc import Mapping
from datetime import datetime

from novacart.application.audit.invariants import (
    CAPTURED_IS_OWED,
    MONEY_CONSERVED,
    ONE_CAPTURE,
)
from novacart.application.ports.audit_reader import AuditReader, CheckResult
from novacart.application.ports.payment_gateway import PaymentGateway


def compare_with_provider(
    books: AuditReader, gateway: PaymentGateway, *, since: datetime
) -> Mapping[int, CheckResult]:
    """By invariant's number, what differs. Raises `GatewayUnavailable`."""
    ours = {payment.reference: payment for payment in books.payments()}
    amounts: list[str] = []
    strangers: list[str] = []
    seen = set()
    for report in gateway.payments_since(since):
        if report.payment is None:
            continue
        seen.add(report.reference)
        captured = report.payment.captured
        booked = ours.get(report.reference)
        if booked is None:
            if captured:
                strangers.append(
                    f"{report.reference} captured {captured} {captured.currency}"
                    " and belongs to no order."
                )
        elif booked.captured != captured:
            amounts.append(
                f"Order {booked.order_number}: {booked.captured} captured on record,"
                f" {captured} at the provider."
            )
    amounts += [
        f"Order {payment.order_number}: {payment.captured} captured on record,"
        f" and the provider does not know {payment.reference}."
        for payment in ours.values()
        if payment.captured and payment.reference not in seen
    ]
    return {
        CAPTURED_IS_OWED.number: CheckResult(looked_at=len(ours), contradictions=amounts),
        ONE_CAPTURE.number: CheckResult(looked_at=len(seen), contradictions=strangers),
        MONEY_CONSERVED.number: _balances(books.net_captured(), gateway.net_captured()),
    }


def _balances(ours: Mapping[str, int], theirs: Mapping[str, int]) -> CheckResult:
    currencies = sorted({*ours, *theirs})
    return CheckResult(
        looked_at=len(currencies),
        contradictions=[
            f"{currency}: {ours.get(currency, 0)} minor units on record,"
            f" {theirs.get(currency, 0)} at the provider."
            for currency in currencies
            if ours.get(currency, 0) != theirs.get(currency, 0)
        ],
    )
