"""E-mails about the progress of an order."""

from novacart.application.notifications.order_mailer import OrderMailer
from novacart.domain.ordering.events import OrderCancelled, OrderConfirmed, OrderShipped
from novacart.domain.ordering.order import REPLACED_REASON


class SendConfirmationEmail:
    """Confirm an order that is paid or will be paid on delivery."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderConfirmed) -> None:
        self._mailer.send(event.order_id, "order_confirmation", kind="confirmation")


class SendShippingEmail:
    """Announce a shipment with its tracking number."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderShipped) -> None:
        self._mailer.send(
            event.order_id,
            "order_shipped",
            kind="shipped",
            carrier=event.carrier,
            tracking_number=event.tracking_number,
        )


class SendCancellationEmail:
    """Announce a cancellation, unless a new order of the same cart replaced the order."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderCancelled) -> None:
        if event.reason != REPLACED_REASON:
            self._mailer.send(
                event.order_id, "order_cancelled", kind="cancelled", expired=event.expired
            )
