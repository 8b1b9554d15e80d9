"""Payments, refunds and the provider's events as staff see them."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """`reference` is the provider's; `refunded` counts what is on its way too."""

    id: PaymentId
    order_id: OrderId
    order_number: str
    status: str
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
    status: str
    amount: Money
    origin: str
    reason: str
    reference: str | None
    failure: str | None
    requested_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEventRow:
    """`payload` is the provider's own JSON."""

    id: str
    type: str
    state: str
    attempts: int
    note: str | None
    received_at: datetime
    next_attempt_at: datetime
    settled_at: datetime | None
    payload: str
