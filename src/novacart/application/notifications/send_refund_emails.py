"""Emails about refunds.

The refund of a late payment has its own email, sent once, instead of the two of other refunds.
A refund that the provider makes at once has one email, too.
"""

from novacart.application.notifications.order_mailer import OrderMailer
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.payments.events import LatePaymentReceived, RefundRequested, RefundSucceeded
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money


class SendRefundStartedEmail:
    """Announce a refund whose outcome is open; one that has succeeded has its own email."""

    def __init__(self, *, begin: UnitOfWorkFactory, mailer: OrderMailer) -> None:
        self._begin = begin
        self._mailer = mailer

    def __call__(self, event: RefundRequested) -> None:
        if event.origin != RefundOrigin.LATE_PAYMENT and self._is_open(event):
            self._mailer.send(
                self._mailer.load(event),
                "refund_started",
                kind=f"refund-{event.refund_id}-started",
                amount=Money(event.amount_minor, event.currency),
            )

    def _is_open(self, event: RefundRequested) -> bool:
        with self._begin() as work:
            work.orders.get(OrderId(event.order_id))
            payment = work.payments.get(PaymentId(event.payment_id))
        return payment.refund(RefundId(event.refund_id)).is_open


class SendRefundEmail:
    """Announce a refund that has succeeded."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: RefundSucceeded) -> None:
        if event.origin != RefundOrigin.LATE_PAYMENT:
            self._mailer.send(
                self._mailer.load(event),
                "refund_done",
                kind=f"refund-{event.refund_id}-done",
                amount=Money(event.amount_minor, event.currency),
            )


class SendLatePaymentEmail:
    """Announce the full refund of a payment that arrived after its order was closed."""

    def __init__(self, *, mailer: OrderMailer) -> None:
        self._mailer = mailer

    def __call__(self, event: LatePaymentReceived) -> None:
        self._mailer.send(
            self._mailer.load(event),
            "late_payment",
            kind=f"late-payment-{event.refund_id}",
            amount=Money(event.amount_minor, event.currency),
        )
