"""One product of an order, as it was when it was bought."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.ordering.errors import InvalidTransition, RefundExceedsPayment
from novacart.domain.ordering.lifecycle import LINE_LIFECYCLE, LineStatus
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderLineId, ProductId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUnits:
    """So many units of a line's product: what a reservation is made, kept or ended for."""

    line_id: OrderLineId
    product_id: ProductId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundItem:
    """A part of one line that goes back: `quantity` units (none for goodwill) and `amount`."""

    line_id: OrderLineId
    quantity: int
    amount: Money


class OrderLine:
    """A line never forgets what was bought; its status and refunds say what became of it.

    `refund_requested_*` is on its way back, `refunded_*` is back; together they are never
    more than was bought and paid.
    """

    __slots__ = (
        "cancelled_at",
        "id",
        "image",
        "product_id",
        "quantity",
        "refund_requested_amount",
        "refund_requested_quantity",
        "refunded_amount",
        "refunded_quantity",
        "status",
        "subtitle",
        "title",
        "unit_price",
    )

    def __init__(
        self,
        *,
        id: OrderLineId,
        product_id: ProductId,
        title: str,
        subtitle: str,
        image: str | None,
        unit_price: Money,
        quantity: int,
        status: LineStatus = LineStatus.PENDING,
        cancelled_at: datetime | None = None,
        refund_requested_quantity: int = 0,
        refund_requested_amount: Money | None = None,
        refunded_quantity: int = 0,
        refunded_amount: Money | None = None,
    ) -> None:
        """Raises `InvalidValue` for a quantity below one or a price below zero."""
        if quantity < 1:
            raise InvalidValue("quantity", "An order line is of one unit or more.")
        if unit_price.amount < 0:
            raise InvalidValue("unit_price", "A price is not below zero.")
        nothing = Money.zero(unit_price.currency)
        self.id = id
        self.product_id = product_id
        self.title = title
        self.subtitle = subtitle
        self.image = image
        self.unit_price = unit_price
        self.quantity = quantity
        self.status = status
        self.cancelled_at = cancelled_at
        self.refund_requested_quantity = refund_requested_quantity
        self.refund_requested_amount = refund_requested_amount or nothing
        self.refunded_quantity = refunded_quantity
        self.refunded_amount = refunded_amount or nothing

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity

    @property
    def refundable(self) -> Money:
        """What is neither back nor on its way back."""
        return self.total - self.refunded_amount - self.refund_requested_amount

    @property
    def units(self) -> LineUnits:
        """The units that the customer is still to have, or has."""
        kept = self.quantity - self.refunded_quantity
        gone = self.status is LineStatus.CANCELLED
        return LineUnits(line_id=self.id, product_id=self.product_id, quantity=0 if gone else kept)

    def refund_of(self, quantity: int) -> RefundItem:
        """The refund of `quantity` units at their price, or at what is left of it.

        Raises `RefundExceedsPayment` past the units left, `InvalidValue` for none at all.
        """
        if quantity < 1:
            raise InvalidValue("quantity", "A refund is of one unit or more.")
        if quantity > self._units_left:
            raise RefundExceedsPayment(self.refundable)
        return self._item(quantity, min(self.unit_price * quantity, self.refundable))

    def refund_worth(self, amount: Money) -> RefundItem:
        """The refund of an amount for its own sake, the goods being kept.

        Raises `RefundExceedsPayment` past what is left, `InvalidValue` for none at all.
        """
        if amount.amount < 1:
            raise InvalidValue("amount", "A refund is of something.")
        if amount > self.refundable:
            raise RefundExceedsPayment(self.refundable)
        return self._item(0, amount)

    def _item(self, quantity: int, amount: Money) -> RefundItem:
        # Who gets the last of the money back gives back the last of the goods.
        last = amount and amount == self.refundable
        return RefundItem(
            line_id=self.id, quantity=self._units_left if last else quantity, amount=amount
        )

    @property
    def _units_left(self) -> int:
        return self.quantity - self.refunded_quantity - self.refund_requested_quantity

    def request(self, item: RefundItem) -> None:
        """Send a part on its way back. Raises `RefundExceedsPayment`."""
        if item.amount > self.refundable or item.quantity > self._units_left:
            raise RefundExceedsPayment(self.refundable)
        self.refund_requested_quantity += item.quantity
        self.refund_requested_amount += item.amount

    def settle(self, item: RefundItem) -> None:
        """A part that was requested has arrived."""
        self.withdraw(item)
        self.refunded_quantity += item.quantity
        self.refunded_amount += item.amount

    def withdraw(self, item: RefundItem) -> None:
        """A part that was requested stays after all. Raises `RefundExceedsPayment`."""
        if (
            item.amount > self.refund_requested_amount
            or item.quantity > self.refund_requested_quantity
        ):
            raise RefundExceedsPayment(self.refund_requested_amount)
        self.refund_requested_quantity -= item.quantity
        self.refund_requested_amount -= item.amount

    def reverse(self, item: RefundItem) -> None:
        """Money that was back has returned to the shop; the goods have not."""
        if item.amount > self.refunded_amount:
            raise RefundExceedsPayment(self.refunded_amount)
        self.refunded_amount -= item.amount

    def status_by_refunds(self) -> LineStatus:
        """What a paid line shows: partly refunded is still confirmed."""
        if self.refunded_amount == self.total and self.refunded_quantity == self.quantity:
            return LineStatus.REFUNDED
        if self.refunded_quantity + self.refund_requested_quantity == self.quantity:
            return LineStatus.REFUND_REQUESTED
        return LineStatus.CONFIRMED

    def become(self, status: LineStatus) -> None:
        """Raises `InvalidTransition`."""
        if status not in LINE_LIFECYCLE[self.status]:
            raise InvalidTransition(self.status, status)
        self.status = status
