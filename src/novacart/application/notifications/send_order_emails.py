"""Letters about what becomes of an order."""

from novacart.application.notifications.order_mailer import OrderMailer, lines_of
from novacart.domain.ordering.events import OrderCancelled, OrderConfirmed, OrderShipped
from novacart.domain.ordering.order import REPLACED_REASON


class SendConfirmationEmail:
    """Reacts to `OrderConfirmed`: paid, or to be paid on delivery."""

    def __init__(self, *, post: OrderMailer) -> None:
        self._post = post

    def __call__(self, event: OrderConfirmed) -> None:
        order = self._post.order(event.order_id)
        facts = {
            "lines": lines_of(order),
            "address": order.address,
            "delivery": order.estimated_delivery,
        }
        self._post.send(order, "order_confirmation", facts, kind="confirmation")


class SendShippingEmail:
    """Reacts to `OrderShipped`, with what the parcel can be followed by."""

    def __init__(self, *, post: OrderMailer) -> None:
        self._post = post

    def __call__(self, event: OrderShipped) -> None:
        order = self._post.order(event.order_id)
        facts = {
            "lines": lines_of(order),
            "carrier": event.carrier,
            "tracking_number": event.tracking_number,
        }
        self._post.send(order, "order_shipped", facts, kind="shipped")


class SendCancellationEmail:
    """Reacts to `OrderCancelled`, whoever cancelled it.

    A customer whose changed cart became another order has called nothing off.
    """

    def __init__(self, *, post: OrderMailer) -> None:
        self._post = post

    def __call__(self, event: OrderCancelled) -> None:
        if event.reason == REPLACED_REASON:
            return
        order = self._post.order(event.order_id)
        facts = {"lines": lines_of(order), "reason": event.reason, "expired": event.expired}
        self._post.send(order, "order_cancelled", facts, kind="cancelled")
