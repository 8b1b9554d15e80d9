"""Address books, loaded whole and saved by their difference."""

from collections.abc import Callable

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from novacart.adapters.persistence.accounts.mapper import address_of, address_row
from novacart.adapters.persistence.accounts.tables import addresses
from novacart.adapters.persistence.locking import lock_user
from novacart.domain.accounts.address_book import Address, AddressBook
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AddressId, UserId

_CHANGE = (
    update(addresses)
    .where(addresses.c.id == bindparam("key"))
    .values({column.name: bindparam(column.name) for column in addresses.c if column.name != "id"})
)


class SqlAddressBooks:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, dict[AddressId, Address]] = {}

    def of(self, user_id: UserId) -> AddressBook:
        lock_user(self._connection, user_id)
        rows = self._connection.execute(
            select(addresses).where(addresses.c.user_id == user_id).order_by(addresses.c.id)
        )
        book = AddressBook(user_id=user_id, addresses=[address_of(row) for row in rows])
        self._stored[user_id] = {address.id: address for address in book.addresses}
        return book

    def save(self, book: AddressBook) -> None:
        stored = self._stored[book.user_id]
        present = {address.id: address for address in book.addresses}
        if gone := stored.keys() - present.keys():
            self._connection.execute(delete(addresses).where(addresses.c.id.in_(gone)))
        changed = [
            address for key, address in present.items() if key in stored and stored[key] != address
        ]
        # Whoever stops being the default goes first: there may be one at any moment.
        for address in sorted(changed, key=lambda entry: entry.is_default):
            row = address_row(book.user_id, address)
            self._connection.execute(_CHANGE, row | {"key": row.pop("id")})
        new = [
            address_row(book.user_id, address)
            for key, address in present.items()
            if key not in stored
        ]
        if new:
            self._connection.execute(insert(addresses), new)
        self._stored[book.user_id] = present
        self._saved(book)
