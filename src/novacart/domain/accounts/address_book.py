"""A customer's addresses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from novacart.domain.accounts.errors import AddressBookIsFull, AddressNotFound, InvalidDetails
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AddressId, UserId

MAX_ADDRESSES = 50

# The longest that each line of an address may be, in characters.
MAX_LENGTHS = {
    "name": 100,
    "state": 100,
    "district": 100,
    "town": 100,
    "house_number": 100,
    "address": 500,
}
_MOBILE = re.compile(r"[0-9]{10}|[0-9]{12,13}")
_PINCODE = re.compile(r"[0-9]{6}")


class AddressType(StrEnum):
    HOME = "HOME"
    OFFICE = "OFFICE"

    @classmethod
    def parse(cls, text: str) -> "AddressType":
        """Raises `InvalidDetails`."""
        try:
            return cls(text)
        except ValueError:
            raise InvalidDetails({"address_type": ["Choose HOME or OFFICE."]}) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDetails:
    """Where a parcel goes and who takes it in.

    `mobile` has 10 digits, 12 with the country's code or 13 with a leading zero too;
    `pincode` has 6.
    """

    name: str
    mobile: str
    pincode: str
    state: str
    district: str
    town: str
    house_number: str
    address: str
    address_type: AddressType = AddressType.HOME

    def __post_init__(self) -> None:
        """Raises `InvalidDetails` naming every field that is wrong."""
        errors: dict[str, list[str]] = {}
        for field, longest in MAX_LENGTHS.items():
            text = getattr(self, field).strip()
            object.__setattr__(self, field, text)
            if not text:
                errors[field] = ["This field may not be blank."]
            elif len(text) > longest:
                errors[field] = [f"This field has at most {longest} characters."]
        if not _MOBILE.fullmatch(self.mobile):
            errors["mobile"] = ["A mobile number has 10, 12 or 13 digits."]
        if not _PINCODE.fullmatch(self.pincode):
            errors["pincode"] = ["A pincode has 6 digits."]
        if errors:
            raise InvalidDetails(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An entry of an address book."""

    id: AddressId
    details: AddressDetails
    is_default: bool
    created_at: datetime


class AddressBook(AggregateRoot):
    """The addresses of one customer, oldest first; one of them at most is the default.

    The first address becomes the default unless its owner says otherwise. No other takes the
    place of a default that is removed: where parcels go is the customer's own choice.
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
        return next((entry for entry in self._addresses.values() if entry.is_default), None)

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
        """Write an address into the book. Raises `AddressBookIsFull`."""
        if len(self._addresses) >= MAX_ADDRESSES:
            raise AddressBookIsFull(MAX_ADDRESSES)
        default = not self._addresses if is_default is None else is_default
        if default:
            self._clear_default()
        address = Address(id=address_id, details=details, is_default=default, created_at=at)
        self._addresses[address_id] = address
        return address

    def change(
        self, address_id: AddressId, details: AddressDetails, *, is_default: bool | None = None
    ) -> Address:
        """Raises `AddressNotFound`. Without `is_default` the default stays what it was."""
        address = self.get(address_id)
        if is_default:
            self._clear_default()
        default = address.is_default if is_default is None else is_default
        changed = replace(address, details=details, is_default=default)
        self._addresses[address_id] = changed
        return changed

    def make_default(self, address_id: AddressId) -> Address:
        """Raises `AddressNotFound`."""
        return self.change(address_id, self.get(address_id).details, is_default=True)

    def remove(self, address_id: AddressId) -> None:
        """Raises `AddressNotFound`."""
        self.get(address_id)
        del self._addresses[address_id]

    def _clear_default(self) -> None:
        if (default := self.default) is not None:
            self._addresses[default.id] = replace(default, is_default=False)
