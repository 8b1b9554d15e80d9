"""Payments and provider reports for tests."""

from datetime import UTC, datetime

from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.payments.reports import DisputeReport, PaymentReport, RefundReport
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId
from novacart.domain.shared.money import Money

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def a_payment(
    *, amount: int = 24_100, currency: str = "INR", order_id: int = 7, user_id: int = 3, id: int = 1
) -> Payment:
    return Payment.create(
        id=PaymentId(id),
        order_id=OrderId(order_id),
        order_number="NC-20261102-7K3M9Q",
        user_id=UserId(user_id),
        amount=Money(amount, currency),
        open_key=f"open-{id}",
        at=NOON,
    )


def a_paid_payment(*, amount: int = 24_100, currency: str = "INR") -> Payment:
    payment = a_payment(amount=amount, currency=currency)
    payment.apply_report("pi_1", a_report(amount=amount, currency=currency), at=NOON)
    payment.collect_events()
    return payment


def a_report(
    status: PaymentStatus = PaymentStatus.SUCCEEDED,
    *,
    amount: int = 24_100,
    captured: int | None = None,
    currency: str = "INR",
    at: datetime = NOON,
    failure: str | None = None,
    order_number: str | None = None,
) -> PaymentReport:
    """`captured` is the amount if the payment succeeded, else 0."""
    if captured is None:
        captured = amount if status is PaymentStatus.SUCCEEDED else 0
    return PaymentReport(
        status=status,
        amount=Money(amount, currency),
        captured=Money(captured, currency),
        reported_at=at,
        client_secret="pi_1_secret",
        failure=failure,
        order_number=order_number,
    )


def refund_of(payment: Payment, amount: int, *, id: int = 100) -> Refund:
    return payment.request_refund(
        id=RefundId(id),
        key=f"refund-{id}",
        amount=Money(amount, payment.amount.currency),
        origin=RefundOrigin.STAFF,
        at=NOON,
    )


def a_refund_report(
    amount: int,
    status: RefundStatus = RefundStatus.SUCCEEDED,
    *,
    reference: str = "re_1",
    failure: str | None = None,
) -> RefundReport:
    return RefundReport(
        reference=reference,
        status=status,
        amount=Money(amount, "INR"),
        reported_at=NOON,
        failure=failure,
    )


def a_dispute_report(
    status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE,
    *,
    amount: int = 24_100,
    withdrawn: bool = False,
    reinstated: bool = False,
) -> DisputeReport:
    return DisputeReport(
        reference="dp_1",
        status=status,
        amount=Money(amount, "INR"),
        reported_at=NOON,
        withdrawn=withdrawn,
        reinstated=reinstated,
    )
