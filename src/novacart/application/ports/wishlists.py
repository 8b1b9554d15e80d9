"""Repository of wishlists."""

from typing import Protocol

from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.wishlist.wishlist import Wishlist


class Wishlists(Protocol):
    def of(self, user_id: UserId) -> Wishlist:
        """The user's wishlist, locked until the unit of work ends; empty if there is none."""
        ...

    def save(self, wishlist: Wishlist) -> None: ...

    def discard(self, user_id: UserId, product_id: ProductId) -> None:
        """Remove a product from the user's wishlist if it is on it."""
        ...

    def discard_everywhere(self, product_id: ProductId) -> None:
        """Remove a product from all wishlists."""
        ...
