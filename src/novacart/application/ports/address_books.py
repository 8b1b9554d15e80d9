"""Repository of address books."""

from typing import Protocol

from novacart.domain.accounts.address_book import AddressBook
from novacart.domain.shared.ids import UserId


class AddressBooks(Protocol):
    def get(self, user_id: UserId) -> AddressBook:
        """The user's address book, locked; empty if the user has no addresses."""
        ...

    def save(self, book: AddressBook) -> None: ...
