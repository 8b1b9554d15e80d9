"""Where address books are kept."""

from typing import Protocol

from novacart.domain.accounts.address_book import AddressBook
from novacart.domain.shared.ids import UserId


class AddressBooks(Protocol):
    def of(self, user_id: UserId) -> AddressBook:
        """The user's address book: an empty one where nothing was written into it yet."""
        ...

    def save(self, book: AddressBook) -> None: ...
