"""Orders as staff see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from novacart.application.back_office.payments import PaymentRow, RefundRow, WebhookEventRow
from novacart.domain.shared.ids import OrderId, OrderLineId, ProductId, UserId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    id: OrderId
    number: str
    user_id: UserId
    email: str
    status: str
    payment_status: str
    payment_method: str
    total: Money
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineRow:
    """Money and pieces that went back, or are on their way back, beside what was bought."""

    id: OrderLineId
    product_id: ProductId
    title: str
    subtitle: str
    image: str | None
    unit_price: Money
    quantity: int
    status: str
    refund_requested: Money
    refunded: Money
    returned_quantity: int

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity

    @property
    def refundable_quantity(self) -> int:
        return self.quantity - self.returned_quantity

    @property
    def left(self) -> Money:
        return self.total - self.refunded - self.refund_requested


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """One step of a lifecycle: the order's, its payment's or a line's."""

    subject: str
    line_id: OrderLineId | None
    before: str
    after: str
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMessage:
    """An event of the order and the event handlers that handled it."""

    id: int
    name: str
    actor: str
    request_id: str | None
    occurred_at: datetime
    state: str | None
    handled_by: tuple[str, ...]
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail(OrderRow):
    """All about one order. `address` holds its members by name, None where it has none."""

    username: str
    address: Mapping[str, str] | None
    expires_at: datetime | None
    estimated_delivery: date
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    carrier: str | None
    tracking_number: str | None
    lines: Sequence[OrderLineRow]
    history: Sequence[OrderChange]
    payments: Sequence[PaymentRow]
    refunds: Sequence[RefundRow]
    webhook_events: Sequence[WebhookEventRow]
    messages: Sequence[OrderMessage]

    @property
    def captured(self) -> Money:
        return sum((payment.captured for payment in self.payments), Money.zero(self.currency))

    @property
    def refunded(self) -> Money:
        """What is back, and what the provider is giving back."""
        return sum((payment.refunded for payment in self.payments), Money.zero(self.currency))

    @property
    def left(self) -> Money:
        return self.captured - self.refunded

    @property
    def currency(self) -> str:
        return self.total.currency
