"""Repository of carts."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from novacart.domain.cart.cart import Cart
from novacart.domain.services.cart_addition import CartAddition
from novacart.domain.services.checkout import Checkout
from novacart.domain.shared.ids import AddressId, OrderId, ProductId, UserId, VariantId


class Carts(Protocol):
    """A returned cart stays locked until the unit of work ends."""

    def of(self, user_id: UserId) -> Cart:
        """The user's cart; empty if there is none."""
        ...

    def of_checkout(self, order_id: OrderId) -> Cart | None:
        """The cart from which a one-step checkout created this unpaid order, if any."""
        ...

    def save(self, cart: Cart) -> None: ...

    def addition(
        self, user_id: UserId, *, product_id: ProductId | None, variant_id: VariantId | None
    ) -> CartAddition:
        """Read the cart, a variant to add to it and the wishlist's entry of it together.

        The variant is found as by `Products.find_variant`, which also says what this raises.
        """
        ...

    def save_addition(self, addition: CartAddition) -> None:
        """Save the cart, and remove the variant from the wishlist if `on_wishlist`."""
        ...

    def orderable(self, user_id: UserId, variant_id: VariantId) -> int:
        """The number of units that this user can order now.

        The available units, and those reserved by the unpaid order created from this cart.
        """
        ...

    def checkout(self, user_id: UserId, address_id: AddressId | None, *, at: datetime) -> Checkout:
        """Read the cart, its variants, the address and the open orders (at `at`) together."""
        ...

    def discard_everywhere(self, variant_ids: Collection[VariantId]) -> None:
        """Remove variants from all carts."""
        ...
