"""Events of payments, refunds and disputes."""

from dataclasses import dataclass
from typing import ClassVar

from novacart.domain.shared.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent(DomainEvent):
    """`amount_minor` is in minor units of `currency`."""

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
    """The payment succeeded after its order was cancelled, and is refunded in full."""

    name: ClassVar[str] = "payment.late_money_received"

    refund_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundEvent(PaymentEvent):
    """`amount_minor` is the refund's; `origin` is a `RefundOrigin`."""

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
    """The refund failed or was cancelled; its amount can be refunded again."""

    name: ClassVar[str] = "refund.failed"

    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRetried(RefundEvent):
    """Staff requested the refund `new_refund_id` in place of a failed one."""

    name: ClassVar[str] = "refund.retried"

    new_refund_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSettledByHand(RefundEvent):
    """Staff returned the money of a failed refund outside of the payment provider."""

    name: ClassVar[str] = "refund.settled_by_hand"

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSuperseded(RefundEvent):
    """Staff recorded that the amount of a failed refund was refunded by other refunds."""

    name: ClassVar[str] = "refund.superseded"

    note: str


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
    """Staff retried an event of the provider; `state` is the one it was in before."""

    name: ClassVar[str] = "webhook_event.retried"

    webhook_event_id: str
    type: str
    state: str
