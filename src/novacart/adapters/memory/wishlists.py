"""Wishlists in memory."""

from collections.abc import Callable

from novacart.adapters.memory.shelf import Shelf
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.wishlist.wishlist import Wishlist


class MemoryWishlists:
    def __init__(
        self, shelf: Shelf[UserId, Wishlist], saved: Callable[[AggregateRoot], None]
    ) -> None:
        self._shelf = shelf
        self._saved = saved

    def of(self, user_id: UserId) -> Wishlist:
        return self._shelf.get(user_id) or Wishlist(user_id=user_id)

    def save(self, wishlist: Wishlist) -> None:
        self._saved(wishlist)
        self._shelf.put(wishlist.user_id, wishlist)

    def discard_everywhere(self, product_id: ProductId) -> None:
        for wishlist in list(self._shelf.values()):
            if product_id in wishlist:
                wishlist.discard(product_id)
                self._shelf.put(wishlist.user_id, wishlist)
