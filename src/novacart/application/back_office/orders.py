"""Read models of orders, and the actions that an order's state allows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from novacart.application.back_office.operations import WebhookEventRow
from novacart.application.back_office.payments import DisputeRow, PaymentRow, RefundRow
from novacart.domain.ordering.history import StatusChange
from novacart.domain.ordering.lifecycle import (
    ORDER_LIFECYCLE,
    LineStatus,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.payments.lifecycle import DisputeStatus
from novacart.domain.shared.ids import OrderId, OrderLineId, ProductId, UserId, VariantId
from novacart.domain.shared.money import Money


class OrderAction(StrEnum):
    """In the usual order of an order's life."""

    PROCESS = "process"
    SHIP = "ship"
    DELIVER = "deliver"
    RETURN = "return_order"
    RECEIVE = "receive"
    CANCEL = "cancel"
    REFUND = "refund"
    REVOKE_LINKS = "revoke_links"


_LEADS_TO = {
    OrderAction.PROCESS: OrderStatus.PROCESSING,
    OrderAction.SHIP: OrderStatus.SHIPPED,
    OrderAction.DELIVER: OrderStatus.DELIVERED,
    OrderAction.CANCEL: OrderStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """`dispute` is the status of the latest dispute of its payment."""

    id: OrderId
    number: str
    user_id: UserId
    is_of_guest: bool
    email: str
    status: OrderStatus
    payment_status: OrderPaymentStatus
    payment_method: PaymentMethod
    total: Money
    placed_at: datetime
    dispute: DisputeStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineRow:
    """`options` are the values of the variant on one line.

    `refundable` and `refundable_quantity` are neither refunded nor being refunded.
    `receivable_quantity` units were refunded after shipping and are not back in stock.
    """

    id: OrderLineId
    product_id: ProductId
    variant_id: VariantId
    sku: str | None
    options: str
    title: str
    subtitle: str
    image: str | None
    unit_price: Money
    quantity: int
    total: Money
    status: LineStatus
    refund_requested: Money
    refunded: Money
    refundable: Money
    refundable_quantity: int
    receivable_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEventRow:
    """A domain event of the order.

    `handled_by` names the event handlers that succeeded, such as emails. `state` is None when the
    outbox no longer has the message.
    """

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
    """`address` maps the names of the address members to their values.

    `username` is None for a guest. `version` counts the changes of the order.
    """

    version: int
    username: str | None
    address: Mapping[str, str] | None
    expires_at: datetime | None
    estimated_delivery: date
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    returned_at: datetime | None
    carrier: str | None
    tracking_number: str | None
    lines: Sequence[OrderLineRow]
    history: Sequence[StatusChange]
    payments: Sequence[PaymentRow]
    refunds: Sequence[RefundRow]
    disputes: Sequence[DisputeRow]
    webhook_events: Sequence[WebhookEventRow]
    events: Sequence[OrderEventRow]

    @property
    def captured(self) -> Money:
        return self._sum(payment.captured for payment in self.payments)

    @property
    def refunded(self) -> Money:
        """Refunds made and in progress."""
        return self._sum(payment.refunded for payment in self.payments)

    @property
    def withheld(self) -> Money:
        """What banks hold for disputes."""
        return self._sum(payment.withheld for payment in self.payments)

    @property
    def refundable(self) -> Money:
        """What can still be refunded, without what banks hold for disputes."""
        return self._sum(payment.refundable for payment in self.payments)

    @property
    def is_at_risk(self) -> bool:
        """Whether a bank may keep the payment for a dispute, or has kept it."""
        return any(dispute.is_at_risk for dispute in self.disputes)

    @property
    def due_on_delivery(self) -> Money:
        """The amount to collect on delivery, without cancelled items."""
        is_cod = self.payment_method is PaymentMethod.COD
        if not is_cod or self.payment_status is not OrderPaymentStatus.PENDING:
            return Money.zero(self.currency)
        return self._sum(
            line.total for line in self.lines if line.status is not LineStatus.CANCELLED
        )

    @property
    def currency(self) -> str:
        return self.total.currency

    @property
    def available_actions(self) -> list[OrderAction]:
        """Actions that the lifecycle and the captured money allow; the use cases check again."""
        following = ORDER_LIFECYCLE[self.payment_method][self.status]
        actions = [action for action, status in _LEADS_TO.items() if status in following]
        if self.status is OrderStatus.SHIPPED and OrderAction.CANCEL in actions:
            actions[actions.index(OrderAction.CANCEL)] = OrderAction.RETURN
        if any(line.receivable_quantity for line in self.lines):
            actions.append(OrderAction.RECEIVE)
        if self.refundable.amount > 0:
            actions.append(OrderAction.REFUND)
        if self.is_of_guest:
            actions.append(OrderAction.REVOKE_LINKS)
        return actions

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return sum(amounts, Money.zero(self.currency))
