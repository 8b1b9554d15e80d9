"""Read models of carts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CartItem:
    """A cart line with the current data of its product.

    `stock` is the number of units that this user can order, including those reserved by the
    unpaid order that was created from this cart.
    """

    id: int
    product_id: ProductId
    title: str
    subtitle: str
    price: Money
    image: str | None
    quantity: int
    stock: int

    @property
    def total(self) -> Money:
        return self.price * self.quantity


class CartQueries(Protocol):
    def cart_of(self, user_id: UserId) -> Sequence[CartItem]:
        """Oldest first, without products that are not in the catalog."""
        ...
