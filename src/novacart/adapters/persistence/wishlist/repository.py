"""Repository of wishlists, which saves the difference to the loaded wishlist."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from novacart.adapters.persistence.locking import lock_user
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.wishlist.tables import wishlist_entries as entries
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId, UserId
from novacart.domain.wishlist.wishlist import Wishlist, WishlistEntry

_SELECT: Final = DriverStatement(
    select(entries.c.product_id, entries.c.added_at)
    .where(entries.c.user_id == bindparam("user_id"))
    .order_by(entries.c.added_at, entries.c.product_id)
)
_INSERT: Final = DriverStatement(insert(entries))
_DELETE: Final = DriverStatement(
    delete(entries).where(
        entries.c.user_id == bindparam("user_id"), entries.c.product_id == bindparam("product_id")
    )
)


class SqlWishlists:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, set[ProductId]] = {}

    def of(self, user_id: UserId) -> Wishlist:
        lock_user(self._connection, user_id)
        wishlist = Wishlist(
            user_id=user_id,
            entries=[
                WishlistEntry(product_id=product_id, added_at=added_at)
                for product_id, added_at in _SELECT.fetch(self._connection, {"user_id": user_id})
            ],
        )
        self._stored[user_id] = {entry.product_id for entry in wishlist.entries}
        return wishlist

    def save(self, wishlist: Wishlist) -> None:
        user_id = wishlist.user_id
        stored = self._stored[user_id]
        present = {entry.product_id for entry in wishlist.entries}
        for product_id in stored - present:
            self.discard(user_id, product_id)
        new = [
            {"user_id": user_id, "product_id": entry.product_id, "added_at": entry.added_at}
            for entry in wishlist.entries
            if entry.product_id not in stored
        ]
        if new:
            _INSERT.execute_many(self._connection, new)
        self._stored[user_id] = present
        self._saved(wishlist)

    def discard(self, user_id: UserId, product_id: ProductId) -> None:
        _DELETE.execute(self._connection, {"user_id": user_id, "product_id": product_id})

    def discard_everywhere(self, product_id: ProductId) -> None:
        self._connection.execute(delete(entries).where(entries.c.product_id == product_id))
