"""Transfer of a guest's order to a user, shared by `ClaimOrder` and `MergeGuestCart`."""

from datetime import datetime

from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import UserId


def transfer_order(work: UnitOfWork, order: Order, user_id: UserId, *, at: datetime) -> None:
    """Make a guest's order, and its payment, that of a user. The caller has locked the user."""
    order.transfer(user_id, at=at)
    payment = work.payments.of_order(order.id)
    if payment is not None:
        payment.transfer(user_id)
        work.payments.save(payment)
    work.orders.save(order)
