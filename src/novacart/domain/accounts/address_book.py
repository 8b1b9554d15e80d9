"""The addresses of one customer."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from novacart.domain.accounts.address import Address, AddressDetails
from novacart.domain.accounts.errors import AddressBookFull, AddressNotFound
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AddressId, UserId

MAX_ADDRESSES = 50


class AddressBook(AggregateRoot):
    """The addresses of one customer, oldest first, with at most one default.

    The first address becomes the default unless `is_default` is False. Removing the default
    leaves the book without one: only the customer chooses where parcels go.
    """

    __slots__ = ("_addresses", "user_id")

    def __init__(self, *, user_id: UserId, addresses: Iterable[Address] = ()) -> None:
        super().__init__()
        self.user_id = user_id
        self._addresses = {address.id: address for address in addresses}

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(self._addresses.values())

    @property
    def default(self) -> Address | None:
        return next((address for address in self._addresses.values() if address.is_default), None)

    def get(self, address_id: AddressId) -> Address:
        """Raises `AddressNotFound`."""
        address = self._addresses.get(address_id)
        if address is None:
            raise AddressNotFound
        return address

    def add(
        self,
        address_id: AddressId,
        details: AddressDetails,
        *,
        at: datetime,
        is_default: bool | None = None,
    ) -> Address:
        """Add an address. Raises `AddressBookFull`."""
        if len(self._addresses) >= MAX_ADDRESSES:
            raise AddressBookFull(MAX_ADDRESSES)
        default = not self._addresses if is_default is None else is_default
        if default:
            self._clear_default()
        address = Address(id=address_id, details=details, is_default=default, created_at=at)
        self._addresses[address_id] = address
        return address

    def update(
        self, address_id: AddressId, details: AddressDetails, *, is_default: bool | None = None
    ) -> Address:
        """Replace the details; None leaves `is_default` unchanged. Raises `AddressNotFound`."""
        address = self.get(address_id)
        if is_default:
            self._clear_default()
        default = address.is_default if is_default is None else is_default
        updated = replace(address, details=details, is_default=default)
        self._addresses[address_id] = updated
        return updated

    def set_default(self, address_id: AddressId) -> Address:
        """Raises `AddressNotFound`."""
        return self.update(address_id, self.get(address_id).details, is_default=True)

    def remove(self, address_id: AddressId) -> None:
        """Raises `AddressNotFound`."""
        self.get(address_id)
        del self._addresses[address_id]

    def _clear_default(self) -> None:
        if (default := self.default) is not None:
            self._addresses[default.id] = replace(default, is_default=False)
