"""What has happened to a payment."""

from dataclasses import dataclass
from typing import ClassVar

from novacart.domain.shared.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent(DomainEvent):
    """`amount_minor` counts minor units of `currency`."""

    payment_id: int
    order_id: int
    order_number: str
    user_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSucceeded(PaymentEvent):
    name: ClassVar[str] = "payment.succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAttemptFailed(PaymentEvent):
    name: ClassVar[str] = "payment.attempt_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCancelled(PaymentEvent):
    name: ClassVar[str] = "payment.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePaymentReceived(PaymentEvent):
    """The order was closed when the money came; a refund of all of it was requested."""

    name: ClassVar[str] = "payment.late_money_received"

    refund_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundEvent(PaymentEvent):
    """`amount_minor` is the refund's; `origin` says who began it (`RefundOrigin`)."""

    refund_id: int
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(RefundEvent):
    name: ClassVar[str] = "refund.requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSucceeded(RefundEvent):
    name: ClassVar[str] = "refund.succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(RefundEvent):
    """Failed or cancelled: the money is still here, and can be refunded again."""

    name: ClassVar[str] = "refund.failed"

    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened(PaymentEvent):
    name: ClassVar[str] = "dispute.opened"

    dispute: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeClosed(PaymentEvent):
    name: ClassVar[str] = "dispute.closed"

    dispute: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEventRetried(DomainEvent):
    """Somebody had an event of the provider's handled again that was set aside as `state`."""

    name: ClassVar[str] = "webhook_event.retried"

    webhook_event_id: str
    type: str
    state: str
