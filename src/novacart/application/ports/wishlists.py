"""Where wishlists are kept."""

from typing import Protocol

from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.wishlist.wishlist import Wishlist


class Wishlists(Protocol):
    def of(self, user_id: UserId) -> Wishlist:
        """The user's wishlist: an empty one where nothing was wished for yet."""
        ...

    def save(self, wishlist: Wishlist) -> None: ...

    def discard_everywhere(self, product_id: ProductId) -> None:
        """Take a product off every wishlist."""
        ...
