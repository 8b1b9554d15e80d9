"""Repository of wishlists, which saves the difference to the loaded wishlist."""

from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from novacart.adapters.persistence.locking import lock_user
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.wishlist.tables import wishlist_entries as entries
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId, VariantId
from novacart.domain.wishlist.wishlist import Wishlist, WishlistEntry

_SELECT: Final = DriverStatement(
    select(entries.c.variant_id, entries.c.added_at)
    .where(entries.c.user_id == bindparam("user_id"))
    .order_by(entries.c.added_at, entries.c.variant_id)
)
_INSERT: Final = DriverStatement(insert(entries))
_DELETE: Final = DriverStatement(
    delete(entries).where(
        entries.c.user_id == bindparam("user_id"), entries.c.variant_id == bindparam("variant_id")
    )
)


class SqlWishlists:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, set[VariantId]] = {}

    def of(self, user_id: UserId) -> Wishlist:
        lock_user(self._connection, user_id)
        wishlist = Wishlist(
            user_id=user_id,
            entries=[
                WishlistEntry(variant_id=variant_id, added_at=added_at)
                for variant_id, added_at in _SELECT.fetch(self._connection, {"user_id": user_id})
            ],
        )
        self._stored[user_id] = {entry.variant_id for entry in wishlist.entries}
        return wishlist

    def save(self, wishlist: Wishlist) -> None:
        user_id = wishlist.user_id
        stored = self._stored[user_id]
        present = {entry.variant_id for entry in wishlist.entries}
        for variant_id in stored - present:
            _DELETE.execute_later(self._connection, {"user_id": user_id, "variant_id": variant_id})
        new = [
            {"user_id": user_id, "variant_id": entry.variant_id, "added_at": entry.added_at}
            for entry in wishlist.entries
            if entry.variant_id not in stored
        ]
        if new:
            _INSERT.execute_many(self._connection, new)
        self._stored[user_id] = present
        self._saved(wishlist)

    def discard_everywhere(self, variant_ids: Collection[VariantId]) -> None:
        self._connection.execute(delete(entries).where(entries.c.variant_id.in_(variant_ids)))
