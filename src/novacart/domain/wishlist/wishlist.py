"""The wishlist aggregate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.wishlist.errors import NotOnWishlist, WishlistIsFull

MAX_ENTRIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WishlistEntry:
    """A product on a wishlist. `added_at` is aware, UTC."""

    product_id: ProductId
    added_at: datetime


class Wishlist(AggregateRoot):
    """A customer's wishlist: a set of at most `MAX_ENTRIES` products."""

    __slots__ = ("_entries", "user_id")

    def __init__(self, *, user_id: UserId, entries: Iterable[WishlistEntry] = ()) -> None:
        super().__init__()
        self.user_id = user_id
        self._entries = {entry.product_id: entry for entry in entries}

    @property
    def entries(self) -> tuple[WishlistEntry, ...]:
        return tuple(self._entries.values())

    def __contains__(self, product_id: ProductId) -> bool:
        return product_id in self._entries

    def add(self, product_id: ProductId, *, at: datetime) -> bool:
        """Add a product; return False if it is already on the list.

        Raises `WishlistIsFull`.
        """
        if product_id in self._entries:
            return False
        if len(self._entries) >= MAX_ENTRIES:
            raise WishlistIsFull(MAX_ENTRIES)
        self._entries[product_id] = WishlistEntry(product_id=product_id, added_at=at)
        return True

    def remove(self, product_id: ProductId) -> None:
        """Remove a product. Raises `NotOnWishlist`."""
        if self._entries.pop(product_id, None) is None:
            raise NotOnWishlist

    def discard(self, product_id: ProductId) -> None:
        """Remove a product if it is on the list."""
        self._entries.pop(product_id, None)
