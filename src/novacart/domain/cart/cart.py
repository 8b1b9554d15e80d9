"""The cart aggregate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from novacart.domain.cart.errors import (
    CartIsFull,
    CartLimitReached,
    CartLineNotFound,
    NotEnoughInStock,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CartLineId, OrderId, UserId, VariantId

MAX_LINES = 500


def _ensure_positive(quantity: int) -> None:
    if quantity < 1:
        raise InvalidValue("quantity", "The quantity must be at least 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """`quantity` units of a variant. `added_at` is aware, UTC. Raises `InvalidValue` below one."""

    id: CartLineId
    variant_id: VariantId
    quantity: int
    added_at: datetime

    def __post_init__(self) -> None:
        _ensure_positive(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityLimits:
    """Upper limits of a line's quantity: the units `orderable` now, and the cart's limit."""

    orderable: int
    max_per_line: int

    def check(self, quantity: int) -> None:
        """Raises `CartLimitReached` or `NotEnoughInStock`."""
        if quantity > self.max_per_line:
            raise CartLimitReached(self.max_per_line)
        if quantity > self.orderable:
            raise NotEnoughInStock(self.orderable)

    def cap(self, quantity: int) -> int:
        """The quantity, or the largest that is allowed, zero for a product that is sold out."""
        return min(quantity, self.max_per_line, max(self.orderable, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedLine:
    """The line of a variant after a merge: `quantity` units, zero for a removed line.

    `requested` is the larger quantity of the two carts.
    """

    variant_id: VariantId
    requested: int
    quantity: int

    @property
    def is_adjusted(self) -> bool:
        return self.quantity != self.requested


class Cart(AggregateRoot):
    """A customer's cart: one line for each variant, and at most `MAX_LINES` lines.

    `checkout_order_id` is the unpaid order that a one-step checkout created from this cart, or
    None. The cart keeps its lines until that order is paid.
    """

    __slots__ = ("_lines", "checkout_order_id", "user_id")

    def __init__(
        self,
        *,
        user_id: UserId,
        lines: Iterable[CartLine] = (),
        checkout_order_id: OrderId | None = None,
    ) -> None:
        """Raises `InvalidValue` for two lines of one variant."""
        super().__init__()
        self.user_id = user_id
        self.checkout_order_id = checkout_order_id
        self._lines: dict[VariantId, CartLine] = {}
        for line in lines:
            if line.variant_id in self._lines:
                raise InvalidValue("lines", "A cart has one line for each variant.")
            self._lines[line.variant_id] = line

    @property
    def lines(self) -> tuple[CartLine, ...]:
        """Oldest first."""
        return tuple(self._lines.values())

    def line(self, line_id: CartLineId) -> CartLine:
        """Raises `CartLineNotFound`."""
        for line in self._lines.values():
            if line.id == line_id:
                return line
        raise CartLineNotFound

    def line_of(self, variant_id: VariantId) -> CartLine | None:
        return self._lines.get(variant_id)

    def add(
        self,
        variant_id: VariantId,
        quantity: int,
        *,
        line_id: CartLineId,
        limits: QuantityLimits,
        at: datetime,
    ) -> CartLine:
        """Add units of a variant to its line, or to a new line `line_id` if it has none.

        Raises `CartIsFull`, `CartLimitReached`, `NotEnoughInStock`, and `InvalidValue` below one
        unit.
        """
        existing = self.line_of(variant_id)
        if existing is not None:
            return self.increase(existing.id, quantity, limits=limits)
        if self._is_full:
            raise CartIsFull(MAX_LINES)
        line = CartLine(id=line_id, variant_id=variant_id, quantity=quantity, added_at=at)
        limits.check(quantity)
        return self._put(line)

    def set_quantity(
        self, line_id: CartLineId, quantity: int, *, limits: QuantityLimits
    ) -> CartLine | None:
        """Set a line's quantity; zero removes the line and returns None.

        Raises `CartLineNotFound`, `CartLimitReached`, `NotEnoughInStock`, and `InvalidValue`
        below zero.
        """
        line = self.line(line_id)
        if quantity == 0:
            self.remove(line_id)
            return None
        limits.check(quantity)
        return self._put(replace(line, quantity=quantity))

    def increase(self, line_id: CartLineId, by: int, *, limits: QuantityLimits) -> CartLine:
        """Raises as `set_quantity`, and `InvalidValue` for a step below one."""
        _ensure_positive(by)
        line = self.line(line_id)
        limits.check(line.quantity + by)
        return self._put(replace(line, quantity=line.quantity + by))

    def decrease(self, line_id: CartLineId) -> CartLine | None:
        """Remove one unit, without checking the limits; removing the last removes the line.

        Returns None for a removed line. Raises `CartLineNotFound`.
        """
        line = self.line(line_id)
        if line.quantity == 1:
            self.remove(line_id)
            return None
        return self._put(replace(line, quantity=line.quantity - 1))

    def remove(self, line_id: CartLineId) -> None:
        """Raises `CartLineNotFound`."""
        del self._lines[self.line(line_id).variant_id]

    def remove_lines(self, line_ids: Iterable[CartLineId]) -> list[CartLine]:
        """Remove those of the lines that are in the cart, and return them."""
        by_id = {line.id: line for line in self.lines}
        removed = [by_id[line_id] for line_id in dict.fromkeys(line_ids) if line_id in by_id]
        for line in removed:
            del self._lines[line.variant_id]
        return removed

    def merge(self, other: CartLine, *, line_id: CartLineId, limits: QuantityLimits) -> MergedLine:
        """Take over the line of another cart, as a new line `line_id` if there is none.

        The quantity is the larger one of both carts, up to the limits, so that merging again
        changes nothing. A full cart takes over no new line.
        """
        line = self.line_of(other.variant_id)
        requested = max(other.quantity, line.quantity if line else 0)
        quantity = 0 if line is None and self._is_full else limits.cap(requested)
        if quantity:
            self._put(replace(line or replace(other, id=line_id), quantity=quantity))
        else:
            self._lines.pop(other.variant_id, None)
        return MergedLine(variant_id=other.variant_id, requested=requested, quantity=quantity)

    def clear(self) -> None:
        """Remove all lines and the reference to an unpaid order."""
        self._lines.clear()
        self.checkout_order_id = None

    def start_checkout(self, order_id: OrderId) -> None:
        """Remember the unpaid order that was created from this cart."""
        self.checkout_order_id = order_id

    def complete_checkout(self, order_id: OrderId, quantities: Mapping[VariantId, int]) -> None:
        """Remove the bought quantities; keep what was added after the order was created.

        Does nothing if the order was not created from this cart.
        """
        if self.checkout_order_id != order_id:
            return
        self.checkout_order_id = None
        for line in self.lines:
            remaining = line.quantity - quantities.get(line.variant_id, 0)
            if remaining > 0:
                self._put(replace(line, quantity=remaining))
            else:
                self.remove(line.id)

    @property
    def _is_full(self) -> bool:
        return len(self._lines) >= MAX_LINES

    def _put(self, line: CartLine) -> CartLine:
        self._lines[line.variant_id] = line
        return line
