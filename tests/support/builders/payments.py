"""Payments as tests need them."""

from datetime import UTC, datetime

from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId
from novacart.domain.shared.money import Money

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def a_payment(
    *, amount: int = 24_100, currency: str = "INR", order_id: int = 7, user_id: int = 3, id: int = 1
) -> Payment:
    return Payment(
        id=PaymentId(id),
        order_id=OrderId(order_id),
        order_number="NC-20261102-7K3M9Q",
        user_id=UserId(user_id),
        amount=Money(amount, currency),
        open_key=f"open-{id}",
        created_at=NOON,
    )


def a_paid_payment(*, amount: int = 24_100, currency: str = "INR") -> Payment:
    payment = a_payment(amount=amount, currency=currency)
    payment.opened(reference="pi_1", client_secret="pi_1_secret")
    payment.report(
        PaymentStatus.SUCCEEDED, amount=payment.amount, captured=payment.amount, reported_at=NOON
    )
    payment.collect_events()
    return payment


def refund_of(payment: Payment, amount: int, *, id: int = 100) -> Refund:
    return payment.request_refund(
        id=RefundId(id),
        key=f"refund-{id}",
        amount=Money(amount, payment.amount.currency),
        origin=RefundOrigin.STAFF,
        at=NOON,
    )
