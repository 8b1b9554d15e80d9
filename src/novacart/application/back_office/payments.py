"""Read models of payments and refunds."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.payments.lifecycle import UNSUCCESSFUL, PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin, RefundResolution
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """`reference` is the provider's id; `refunded` includes refunds in progress."""

    id: PaymentId
    order_id: OrderId
    order_number: str
    status: PaymentStatus
    amount: Money
    captured: Money
    refunded: Money
    reference: str | None
    failure: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    id: RefundId
    payment_id: PaymentId
    order_id: OrderId
    order_number: str
    status: RefundStatus
    amount: Money
    origin: RefundOrigin
    reason: str
    reference: str | None
    failure: str | None
    requested_at: datetime
    settled_at: datetime | None
    resolution: RefundResolution | None
    resolution_note: str
    resolved_at: datetime | None

    @property
    def needs_attention(self) -> bool:
        """Whether it failed and staff have not resolved it yet."""
        return self.status in UNSUCCESSFUL and self.resolution is None
