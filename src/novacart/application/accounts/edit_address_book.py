"""Use cases that change a customer's address book."""

from collections.abc import Mapping
from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.address import Address, AddressDetails
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddressCommand:
    """`is_default` None makes the address the default only if it is the first."""

    user_id: UserId
    details: AddressDetails
    is_default: bool | None = None


class AddAddress:
    """Add an address. Raises `AddressBookFull`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddAddressCommand) -> Address:
        with self._begin() as work:
            book = work.address_books.get(command.user_id)
            address = book.add(
                AddressId(work.ids.take()[0]),
                command.details,
                is_default=command.is_default,
                at=self._clock.now(),
            )
            work.address_books.save(book)
            work.commit()
        return address


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAddressCommand:
    """`changes` maps fields of `AddressDetails` to new values; `is_default` None keeps it."""

    user_id: UserId
    address_id: AddressId
    changes: Mapping[str, str]
    is_default: bool | None = None


class ChangeAddress:
    """Change some fields of an address. Raises `AddressNotFound` or `InvalidFields`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: ChangeAddressCommand) -> Address:
        with self._begin() as work:
            book = work.address_books.get(command.user_id)
            details = book.get(command.address_id).details.change(command.changes)
            address = book.update(command.address_id, details, is_default=command.is_default)
            work.address_books.save(book)
            work.commit()
        return address


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDefaultAddressCommand:
    user_id: UserId
    address_id: AddressId


class SetDefaultAddress:
    """Make an address the default instead of any other. Raises `AddressNotFound`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: SetDefaultAddressCommand) -> Address:
        with self._begin() as work:
            book = work.address_books.get(command.user_id)
            address = book.set_default(command.address_id)
            work.address_books.save(book)
            work.commit()
        return address


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAddressCommand:
    user_id: UserId
    address_id: AddressId


class RemoveAddress:
    """Remove an address. Orders keep their own copy. Raises `AddressNotFound`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: RemoveAddressCommand) -> None:
        with self._begin() as work:
            book = work.address_books.get(command.user_id)
            book.remove(command.address_id)
            work.address_books.save(book)
            work.commit()
