"""The wishlist aggregate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId, VariantId
from novacart.domain.wishlist.errors import NotOnWishlist, WishlistIsFull

MAX_ENTRIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WishlistEntry:
    """A variant on a wishlist. `added_at` is aware, UTC."""

    variant_id: VariantId
    added_at: datetime


class Wishlist(AggregateRoot):
    """A customer's wishlist: a set of at most `MAX_ENTRIES` variants."""

    __slots__ = ("_entries", "user_id")

    def __init__(self, *, user_id: UserId, entries: Iterable[WishlistEntry] = ()) -> None:
        super().__init__()
        self.user_id = user_id
        self._entries = {entry.variant_id: entry for entry in entries}

    @property
    def entries(self) -> tuple[WishlistEntry, ...]:
        return tuple(self._entries.values())

    def __contains__(self, variant_id: VariantId) -> bool:
        return variant_id in self._entries

    def add(self, variant_id: VariantId, *, at: datetime) -> bool:
        """Add a variant; return False if it is already on the list.

        Raises `WishlistIsFull`.
        """
        if variant_id in self._entries:
            return False
        if len(self._entries) >= MAX_ENTRIES:
            raise WishlistIsFull(MAX_ENTRIES)
        self._entries[variant_id] = WishlistEntry(variant_id=variant_id, added_at=at)
        return True

    def merge(self, entries: Iterable[WishlistEntry]) -> None:
        """Add the entries of another list, newest first, until this list is full."""
        newest = sorted(entries, key=lambda entry: (entry.added_at, entry.variant_id), reverse=True)
        for entry in newest:
            if entry.variant_id not in self._entries and len(self._entries) < MAX_ENTRIES:
                self._entries[entry.variant_id] = entry

    def clear(self) -> None:
        self._entries.clear()

    def remove(self, variant_ids: Iterable[VariantId]) -> None:
        """Remove those of the variants that are on the list.

        Raises `NotOnWishlist` if none is.
        """
        removed = [self._entries.pop(variant_id, None) for variant_id in variant_ids]
        if not any(removed):
            raise NotOnWishlist

    def discard(self, variant_id: VariantId) -> None:
        """Remove a variant if it is on the list."""
        self._entries.pop(variant_id, None)
