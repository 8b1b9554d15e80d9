"""Order lines: one variant of an order, as it was when the order was placed."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.ordering.errors import (
    InvalidTransition,
    NotReturnable,
    RefundExceedsOrder,
    RefundExceedsUnits,
)
from novacart.domain.ordering.lifecycle import LINE_LIFECYCLE, LineStatus
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderLineId, ProductId, VariantId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUnits:
    """Units of a line's variant, to reserve, release or sell."""

    line_id: OrderLineId
    product_id: ProductId
    variant_id: VariantId
    quantity: int


class OrderLine:
    """One variant of an order. What was bought never changes; status and refunds do.

    `refund_requested_*` is being refunded and `refunded_*` is refunded; together they never
    exceed what was bought. `options` are the values of the variant on one line, empty for a
    product without options. Of the `shipped_quantity`, `returned_quantity` is back in stock.
    """

    __slots__ = (
        "cancelled_at",
        "id",
        "image",
        "options",
        "product_id",
        "quantity",
        "refund_requested_amount",
        "refund_requested_quantity",
        "refunded_amount",
        "refunded_quantity",
        "returned_quantity",
        "shipped_quantity",
        "sku",
        "status",
        "subtitle",
        "title",
        "unit_price",
        "variant_id",
    )

    def __init__(
        self,
        *,
        id: OrderLineId,
        product_id: ProductId,
        variant_id: VariantId,
        sku: str | None = None,
        options: str = "",
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
        shipped_quantity: int = 0,
        returned_quantity: int = 0,
    ) -> None:
        """Raises `InvalidValue` for a quantity below one or a negative price."""
        if quantity < 1:
            raise InvalidValue("quantity", "The quantity of an order line must be at least 1.")
        if unit_price.amount < 0:
            raise InvalidValue("unit_price", "A price cannot be negative.")
        zero = Money.zero(unit_price.currency)
        self.id = id
        self.product_id = product_id
        self.variant_id = variant_id
        self.sku = sku
        self.options = options
        self.title = title
        self.subtitle = subtitle
        self.image = image
        self.unit_price = unit_price
        self.quantity = quantity
        self.status = status
        self.cancelled_at = cancelled_at
        self.refund_requested_quantity = refund_requested_quantity
        self.refund_requested_amount = refund_requested_amount or zero
        self.refunded_quantity = refunded_quantity
        self.refunded_amount = refunded_amount or zero
        self.shipped_quantity = shipped_quantity
        self.returned_quantity = returned_quantity

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity

    @property
    def refundable(self) -> Money:
        """The total, less what is refunded or being refunded."""
        return self.total - self.refunded_amount - self.refund_requested_amount

    @property
    def refundable_quantity(self) -> int:
        """The units that are neither refunded nor being refunded."""
        return self.quantity - self.refunded_quantity - self.refund_requested_quantity

    @property
    def units(self) -> LineUnits:
        """The units that are neither cancelled nor refunded."""
        cancelled = self.status is LineStatus.CANCELLED
        quantity = 0 if cancelled else self.quantity - self.refunded_quantity
        return self.units_of(quantity)

    @property
    def shipped_units(self) -> LineUnits:
        return self.units_of(self.shipped_quantity)

    @property
    def receivable_quantity(self) -> int:
        """Shipped units that were refunded afterwards and are not back in stock."""
        if not self.shipped_quantity:
            return 0
        refunded_before = self.quantity - self.shipped_quantity
        return max(self.refunded_quantity - refunded_before - self.returned_quantity, 0)

    def receive(self, quantity: int) -> LineUnits:
        """Record that `quantity` returned units are back in stock.

        Raises `NotReturnable` above the receivable quantity, `InvalidValue` below one.
        """
        if quantity < 1:
            raise InvalidValue("quantity", "The quantity of a return must be at least 1.")
        if quantity > self.receivable_quantity:
            raise NotReturnable(self.receivable_quantity)
        self.returned_quantity += quantity
        return self.units_of(quantity)

    @property
    def status_after_refunds(self) -> LineStatus:
        """The status of a paid line; a partly refunded line is still confirmed."""
        if self.refunded_amount == self.total and self.refunded_quantity == self.quantity:
            return LineStatus.REFUNDED
        if self.refunded_quantity + self.refund_requested_quantity == self.quantity:
            return LineStatus.REFUND_REQUESTED
        return LineStatus.CONFIRMED

    def refund_of(self, quantity: int) -> RefundItem:
        """The refund of `quantity` units at their price, or at the refundable amount if less.

        Raises `RefundExceedsUnits` above the remaining units, `InvalidValue` below one.
        """
        if quantity < 1:
            raise InvalidValue("quantity", "The quantity of a refund must be at least 1.")
        self._ensure_refundable(quantity)
        return self._refund_item(quantity, min(self.unit_price * quantity, self.refundable))

    def refund_of_amount(self, amount: Money) -> RefundItem:
        """The refund of an amount without returning units.

        Raises `RefundExceedsOrder` above the refundable amount, `InvalidValue` for an amount
        below one minor unit.
        """
        if amount.amount < 1:
            raise InvalidValue("amount", "A refund must be more than zero.")
        if amount > self.refundable:
            raise RefundExceedsOrder(self.refundable)
        return self._refund_item(0, amount)

    def refund_again(self, failed: RefundItem, *, is_returned: bool) -> RefundItem:
        """The refund of the amount and the units of a failed one.

        Without its units if they stay returned, since a bank returned the refund after it had
        succeeded.
        """
        return self._refund_item(0 if is_returned else failed.quantity, failed.amount)

    def _refund_item(self, quantity: int, amount: Money) -> RefundItem:
        # Refunding the remaining amount also returns the remaining units.
        if amount and amount == self.refundable:
            quantity = self.refundable_quantity
        return RefundItem(line_id=self.id, quantity=quantity, amount=amount)

    def request_refund(self, item: RefundItem) -> None:
        """Raises `RefundExceedsOrder` and `RefundExceedsUnits`."""
        if item.amount > self.refundable:
            raise RefundExceedsOrder(self.refundable)
        self._ensure_refundable(item.quantity)
        self.refund_requested_quantity += item.quantity
        self.refund_requested_amount += item.amount

    def _ensure_refundable(self, quantity: int) -> None:
        if quantity > self.refundable_quantity:
            raise RefundExceedsUnits(self.title, self.refundable_quantity)

    def settle_refund(self, item: RefundItem) -> None:
        """Record a requested refund as paid out. Raises `RefundExceedsOrder`."""
        self._end_request(item)
        self.refunded_quantity += item.quantity
        self.refunded_amount += item.amount

    def fail_refund(self, item: RefundItem) -> None:
        """Undo the request of a refund. Raises `RefundExceedsOrder`."""
        self._end_request(item)

    def _end_request(self, item: RefundItem) -> None:
        if (
            item.amount > self.refund_requested_amount
            or item.quantity > self.refund_requested_quantity
        ):
            raise RefundExceedsOrder(self.refund_requested_amount)
        self.refund_requested_quantity -= item.quantity
        self.refund_requested_amount -= item.amount

    def reverse_refund(self, item: RefundItem) -> None:
        """Record that a refunded amount was returned to the shop; the units stay returned.

        Raises `RefundExceedsOrder`.
        """
        if item.amount > self.refunded_amount:
            raise RefundExceedsOrder(self.refunded_amount)
        self.refunded_amount -= item.amount

    def units_of(self, quantity: int) -> LineUnits:
        """So many units of the line's variant."""
        return LineUnits(
            line_id=self.id,
            product_id=self.product_id,
            variant_id=self.variant_id,
            quantity=quantity,
        )

    def change_status(self, status: LineStatus) -> None:
        """Raises `InvalidTransition`."""
        if status not in LINE_LIFECYCLE[self.status]:
            raise InvalidTransition(self.status, status)
        self.status = status
