"""Repository of wishlists, which saves the difference to the loaded wishlist."""

from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from novacart.adapters.persistence.locking import lock_user
from novacart.adapters.persistence.wishlist.tables import wishlist_entries as entries
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.wishlist.wishlist import Wishlist, WishlistEntry


class SqlWishlists:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, set[ProductId]] = {}

    def of(self, user_id: UserId) -> Wishlist:
        lock_user(self._connection, user_id)
        rows = self._connection.execute(
            select(entries.c.product_id, entries.c.added_at)
            .where(entries.c.user_id == user_id)
            .order_by(entries.c.added_at, entries.c.product_id)
        )
        wishlist = Wishlist(
            user_id=user_id,
            entries=[
                WishlistEntry(product_id=ProductId(product_id), added_at=added_at)
                for product_id, added_at in rows
            ],
        )
        self._stored[user_id] = {entry.product_id for entry in wishlist.entries}
        return wishlist

    def save(self, wishlist: Wishlist) -> None:
        stored = self._stored[wishlist.user_id]
        present = {entry.product_id for entry in wishlist.entries}
        if removed := stored - present:
            self._connection.execute(
                delete(entries).where(
                    entries.c.user_id == wishlist.user_id, entries.c.product_id.in_(removed)
                )
            )
        new = [
            {
                "user_id": wishlist.user_id,
                "product_id": entry.product_id,
                "added_at": entry.added_at,
            }
            for entry in wishlist.entries
            if entry.product_id not in stored
        ]
        if new:
            self._connection.execute(insert(entries), new)
        self._stored[wishlist.user_id] = present
        self._saved(wishlist)

    def discard_everywhere(self, product_id: ProductId) -> None:
        self._connection.execute(delete(entries).where(entries.c.product_id == product_id))
