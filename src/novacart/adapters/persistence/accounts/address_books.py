"""Address book repository."""

from collections.abc import Callable

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from novacart.adapters.persistence.accounts.mapper import address_row, to_address
from novacart.adapters.persistence.accounts.tables import addresses
from novacart.adapters.persistence.locking import lock_user
from novacart.domain.accounts.address import Address
from novacart.domain.accounts.address_book import AddressBook
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AddressId, UserId

_UPDATE = (
    update(addresses)
    .where(addresses.c.id == bindparam("key"))
    .values({column.name: bindparam(column.name) for column in addresses.c if column.name != "id"})
)


class SqlAddressBooks:
    """Loads whole books and writes only the addresses that changed."""

    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, dict[AddressId, Address]] = {}

    def get(self, user_id: UserId) -> AddressBook:
        lock_user(self._connection, user_id)
        rows = self._connection.execute(
            select(addresses).where(addresses.c.user_id == user_id).order_by(addresses.c.id)
        )
        book = AddressBook(user_id=user_id, addresses=[to_address(row) for row in rows])
        self._stored[user_id] = {address.id: address for address in book.addresses}
        return book

    def save(self, book: AddressBook) -> None:
        stored = self._stored[book.user_id]
        current = {address.id: address for address in book.addresses}
        if removed := stored.keys() - current.keys():
            self._connection.execute(delete(addresses).where(addresses.c.id.in_(removed)))
        changed = [
            address for key, address in current.items() if key in stored and stored[key] != address
        ]
        # The old default is updated first: a unique index allows only one at any time.
        for address in sorted(changed, key=lambda address: address.is_default):
            row = address_row(book.user_id, address)
            self._connection.execute(_UPDATE, row | {"key": row.pop("id")})
        new = [
            address_row(book.user_id, address)
            for key, address in current.items()
            if key not in stored
        ]
        if new:
            self._connection.execute(insert(addresses), new)
        self._stored[book.user_id] = current
        self._saved(book)
