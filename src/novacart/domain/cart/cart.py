"""A customer's cart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from novacart.domain.cart.errors import (
    CartLimitReached,
    CartLineNotFound,
    NoSuchCartLines,
    NotEnoughInStock,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CartLineId, OrderId, ProductId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """`quantity` units of a product, in the cart since `added_at` (aware, UTC)."""

    id: CartLineId
    product_id: ProductId
    quantity: int
    added_at: datetime

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise InvalidValue("quantity", "A cart line is of one unit or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many of a product may stand in the cart: `orderable` now, at most `limit` ever."""

    orderable: int
    limit: int

    def check(self, quantity: int) -> None:
        """Raises `CartLimitReached` or `NotEnoughInStock`."""
        if quantity > self.limit:
            raise CartLimitReached(self.limit)
        if quantity > self.orderable:
            raise NotEnoughInStock(self.orderable)


class Cart(AggregateRoot):
    """What one customer means to buy: each product stands in it once.

    `checkout_order_id` is the unpaid order that a one-step checkout made of this cart, where
    there is one; its units are the customer's own.
    """

    __slots__ = ("_lines", "checkout_order_id", "user_id")

    def __init__(
        self,
        *,
        user_id: UserId,
        lines: Iterable[CartLine] = (),
        checkout_order_id: OrderId | None = None,
    ) -> None:
        super().__init__()
        self.user_id = user_id
        self.checkout_order_id = checkout_order_id
        self._lines = {line.id: line for line in lines}

    @property
    def lines(self) -> tuple[CartLine, ...]:
        """The oldest first."""
        return tuple(self._lines.values())

    def line(self, line_id: CartLineId) -> CartLine:
        """Raises `CartLineNotFound`."""
        try:
            return self._lines[line_id]
        except KeyError:
            raise CartLineNotFound from None

    def line_of(self, product_id: ProductId) -> CartLine | None:
        """The product's line, where it has one."""
        return next((line for line in self.lines if line.product_id == product_id), None)

    def put(
        self,
        product_id: ProductId,
        quantity: int,
        *,
        line_id: CartLineId,
        allowance: Allowance,
        at: datetime,
    ) -> CartLine:
        """A first line of a product. Raises `CartLimitReached`, `NotEnoughInStock`."""
        line = CartLine(id=line_id, product_id=product_id, quantity=quantity, added_at=at)
        allowance.check(quantity)
        self._lines[line_id] = line
        return line

    def set_quantity(
        self, line_id: CartLineId, quantity: int, *, allowance: Allowance
    ) -> CartLine | None:
        """Have so many of it; None where that is none, and the line is gone.

        Raises `CartLimitReached`, `NotEnoughInStock`, and `InvalidValue` below zero.
        """
        line = self.line(line_id)
        if quantity == 0:
            self._drop(line)
            return None
        allowance.check(quantity)
        return self._keep(replace(line, quantity=quantity))

    def increase(self, line_id: CartLineId, by: int, *, allowance: Allowance) -> CartLine:
        """Raises `CartLimitReached`, `NotEnoughInStock`, and `InvalidValue` below one."""
        if by < 1:
            raise InvalidValue("quantity", "A quantity is one or more.")
        line = self.line(line_id)
        allowance.check(line.quantity + by)
        return self._keep(replace(line, quantity=line.quantity + by))

    def decrease(self, line_id: CartLineId) -> CartLine | None:
        """One unit fewer; None where it was the last, and the line is gone."""
        line = self.line(line_id)
        if line.quantity == 1:
            self._drop(line)
            return None
        return self._keep(replace(line, quantity=line.quantity - 1))

    def remove(self, line_id: CartLineId) -> None:
        """Raises `CartLineNotFound`."""
        self._drop(self.line(line_id))

    def remove_known(self, line_ids: Iterable[CartLineId]) -> list[CartLine]:
        """Take out those of the lines that are there, and tell which they were."""
        known = [
            self._lines[line_id] for line_id in dict.fromkeys(line_ids) if line_id in self._lines
        ]
        for line in known:
            self._drop(line)
        return known

    def take_out(self, line_ids: Iterable[CartLineId]) -> list[CartLine]:
        """As `remove_known`. Raises `NoSuchCartLines` where none of them is there."""
        taken = self.remove_known(line_ids)
        if not taken:
            raise NoSuchCartLines
        return taken

    def clear(self) -> None:
        """Empty it; an unpaid order that was made of it is its own no longer."""
        self._lines.clear()
        self.checkout_order_id = None

    def checked_out_as(self, order_id: OrderId) -> None:
        """An unpaid order was made of it, while it keeps its lines."""
        self.checkout_order_id = order_id

    def bought(self, order_id: OrderId, quantities: Mapping[ProductId, int]) -> None:
        """The order that was made of it is paid: what was bought leaves, what came later stays.

        Nothing happens where the order was not made of this cart.
        """
        if self.checkout_order_id != order_id:
            return
        self.checkout_order_id = None
        for line in self.lines:
            left = line.quantity - quantities.get(line.product_id, 0)
            if left > 0:
                self._keep(replace(line, quantity=left))
            else:
                self._drop(line)

    def _keep(self, line: CartLine) -> CartLine:
        self._lines[line.id] = line
        return line

    def _drop(self, line: CartLine) -> None:
        del self._lines[line.id]
