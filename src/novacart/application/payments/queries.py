"""Payments and refunds as those who ask for them see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentView:
    """`reference` and `client_secret` are the provider's, for the customer's browser."""

    payment_id: PaymentId
    order_id: OrderId
    reference: str
    client_secret: str
    amount: Money
    publishable_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """`status` is the refund lifecycle's own word."""

    id: RefundId
    payment_id: PaymentId
    order_id: OrderId
    amount: Money
    status: str
    origin: str
    reason: str
    failure: str | None
    reference: str | None
    requested_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    reference: str
    order_id: OrderId
    amount: Money
    status: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """An event that staff should look at, without its body."""

    id: str
    type: str
    state: str
    note: str | None
    attempts: int
    received_at: datetime


class PaymentQueries(Protocol):
    def refund(self, refund_id: RefundId) -> RefundView | None: ...

    def refunds_of(self, order_id: OrderId) -> Sequence[RefundView]:
        """Oldest first."""
        ...

    def disputes(self, *, limit: int) -> Sequence[DisputeView]:
        """Newest first."""
        ...

    def events_to_see(self, *, limit: int) -> Sequence[EventView]:
        """Quarantined and parked events, newest first."""
        ...
