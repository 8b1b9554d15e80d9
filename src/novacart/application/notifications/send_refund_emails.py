"""Letters about money that goes back."""

from novacart.application.notifications.order_mailer import OrderMailer
from novacart.domain.payments.events import LatePaymentReceived, RefundRequested, RefundSucceeded
from novacart.domain.shared.money import Money

# It has a letter of its own, which says the same better.
_LATE = "LATE_MONEY"


class SendRefundStartedEmail:
    """Reacts to `RefundRequested`."""

    def __init__(self, *, post: OrderMailer) -> None:
        self._post = post

    def __call__(self, event: RefundRequested) -> None:
        if event.origin == _LATE:
            return
        facts = {"amount": Money(event.amount_minor, event.currency)}
        order = self._post.order(event.order_id)
        self._post.send(order, "refund_started", facts, kind=f"refund-{event.refund_id}-started")


class SendRefundEmail:
    """Reacts to `RefundSucceeded`."""

    def __init__(self, *, post: OrderMailer) -> None:
        self._post = post

    def __call__(self, event: RefundSucceeded) -> None:
        if event.origin == _LATE:
            return
        facts = {"amount": Money(event.amount_minor, event.currency)}
        order = self._post.order(event.order_id)
        self._post.send(order, "refund_done", facts, kind=f"refund-{event.refund_id}-done")


class SendLatePaymentEmail:
    """Reacts to `LatePaymentReceived`: the order was closed, the money goes back in full."""

    def __init__(self, *, post: OrderMailer) -> None:
        self._post = post

    def __call__(self, event: LatePaymentReceived) -> None:
        facts = {"amount": Money(event.amount_minor, event.currency)}
        order = self._post.order(event.order_id)
        self._post.send(order, "late_payment", facts, kind=f"late-payment-{event.refund_id}")
