"""Emails about the progress of an order."""

from novacart.application.notifications.order_mailer import OrderMailer, mail_line
from novacart.domain.ordering.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderLineCancelled,
    OrderReturned,
    OrderShipped,
    ReturnedGoodsReceived,
)
from novacart.domain.ordering.lifecycle import OrderStatus, PaymentMethod
from novacart.domain.ordering.order import REPLACED_REASON
from novacart.domain.shared.ids import OrderLineId


class SendConfirmationEmail:
    """Confirm an order that is paid or will be paid on delivery, unless it is cancelled by now."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderConfirmed) -> None:
        mailed = self._mailer.load(event)
        if mailed.order.status is not OrderStatus.CANCELLED:
            self._mailer.send(mailed, "order_confirmation", kind="confirmation")


class SendShippingEmail:
    """Announce a shipment with its tracking number and the amount to pay on delivery."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderShipped) -> None:
        self._mailer.send(
            self._mailer.load(event),
            "order_shipped",
            kind="shipped",
            carrier=event.carrier,
            tracking_number=event.tracking_number,
        )


class SendCancellationEmail:
    """Announce a cancellation, unless a new order of the same cart replaced the order.

    Not to a guest who had to pay online: no email was sent for the order yet, and the address may
    be that of another person.
    """

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderCancelled) -> None:
        if event.reason == REPLACED_REASON:
            return
        mailed = self._mailer.load(event)
        if not mailed.order.is_of_guest or mailed.order.payment_method is PaymentMethod.COD:
            self._mailer.send(mailed, "order_cancelled", kind="cancelled", expired=event.expired)


class SendLineCancellationEmail:
    """Announce the cancellation of a line, unless the whole order is cancelled."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderLineCancelled) -> None:
        mailed = self._mailer.load(event)
        if mailed.order.status is not OrderStatus.CANCELLED:
            line = mailed.order.line(OrderLineId(event.line_id))
            self._mailer.send(
                mailed,
                "order_line_cancelled",
                kind=f"line-{event.line_id}-cancelled",
                cancelled=mail_line(line, line.quantity),
            )


class SendReturnEmail:
    """Confirm that an order which was not accepted is closed and nothing is owed."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: OrderReturned) -> None:
        self._mailer.send(self._mailer.load(event), "order_returned", kind="returned")


class SendGoodsReceivedEmail:
    """Confirm that returned items have arrived."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: ReturnedGoodsReceived) -> None:
        mailed = self._mailer.load(event)
        self._mailer.send(
            mailed,
            "goods_received",
            kind=f"received-{event.total_quantity}",
            received=[
                mail_line(mailed.order.line(OrderLineId(int(line_id))), quantity)
                for line_id, quantity in event.quantities.items()
            ],
        )
