"""What staff may do with an order as it stands, told by its lifecycle."""

from enum import StrEnum
from typing import Final

from novacart.domain.ordering.lifecycle import (
    ORDER_LIFECYCLE,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)

ORDER_STATUSES: Final = tuple(OrderStatus)
PAYMENT_STATUSES: Final = tuple(OrderPaymentStatus)
PAYMENT_METHODS: Final = tuple(PaymentMethod)


class OrderAction(StrEnum):
    PROCESS = "process"
    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"
    REFUND = "refund"


_LEADS_TO = {
    OrderAction.PROCESS: OrderStatus.PROCESSING,
    OrderAction.SHIP: OrderStatus.SHIPPED,
    OrderAction.DELIVER: OrderStatus.DELIVERED,
    OrderAction.CANCEL: OrderStatus.CANCELLED,
}


def offered_actions(
    *, status: str, payment_method: str, refundable: bool = False
) -> tuple[OrderAction, ...]:
    """In the order in which they usually come. The use case has the last word all the same."""
    following = ORDER_LIFECYCLE[PaymentMethod(payment_method)][OrderStatus(status)]
    offered = [action for action, after in _LEADS_TO.items() if after in following]
    return (*offered, OrderAction.REFUND) if refundable else tuple(offered)
