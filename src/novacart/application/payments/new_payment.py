"""Adding the payment of an order."""

from datetime import datetime

from novacart.application.ports.payment_gateway import new_key
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.ordering.order import Order
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import PaymentId


def add_payment(
    work: UnitOfWork, order: Order, *, at: datetime, reference: str | None = None
) -> Payment:
    """Add a payment of the order's total; `reference` is that of one opened at the provider."""
    payment = Payment.create(
        id=PaymentId(work.ids.take()[0]),
        order_id=order.id,
        order_number=order.number,
        user_id=order.user_id,
        amount=order.total,
        open_key=new_key("open"),
        at=at,
        reference=reference,
    )
    work.payments.add(payment)
    return payment
