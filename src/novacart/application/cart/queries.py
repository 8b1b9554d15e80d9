"""What a cart looks like to its owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CartItem:
    """A cart line with its product as the catalogue shows it now.

    `stock` is what this user could order: what an unpaid order of this very cart holds counts.
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
        """Oldest first; products that left the catalogue are not shown."""
        ...
