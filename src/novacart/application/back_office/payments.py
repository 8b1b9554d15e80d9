"""Read models of payments and refunds."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin
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
