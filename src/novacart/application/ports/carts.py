"""Where carts are kept."""

from dataclasses import dataclass
from typing import Protocol

from novacart.domain.cart.cart import Cart
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.shared.ids import AddressId, ProductId, UserId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutLine:
    """A cart line with its product as it is at that moment."""

    product_id: ProductId
    title: str
    subtitle: str
    image: str | None
    unit_price: Money
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """All that an order is made of, from one read.

    `lines` are of products in the catalogue, oldest first; `cart` may hold others, which the
    customer does not see. `address` is the user's own that was asked for, None where the user
    has no such address.
    """

    cart: Cart
    email: str
    lines: tuple[CheckoutLine, ...]
    address: ShippingAddress | None


class Carts(Protocol):
    """What is handed out stays locked until the unit of work ends."""

    def of(self, user_id: UserId) -> Cart:
        """The user's cart: an empty one where nothing was put into it yet."""
        ...

    def save(self, cart: Cart) -> None: ...

    def orderable(self, user_id: UserId, product_id: ProductId) -> int:
        """What this user could order now.

        That is what is available, and what the unpaid order made of this very cart holds.
        """
        ...

    def checkout(self, user_id: UserId, address_id: AddressId | None) -> Checkout:
        """The cart, its products and the address, as they are at one moment."""
        ...

    def discard_everywhere(self, product_id: ProductId) -> None:
        """Take a product that left the catalogue out of every cart."""
        ...
