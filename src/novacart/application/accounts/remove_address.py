"""Take an address out of one's address book."""

from dataclasses import dataclass

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAddressCommand:
    user_id: UserId
    address_id: AddressId


class RemoveAddress:
    """Raises `AddressNotFound`. Orders keep the address that they were placed with."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: RemoveAddressCommand) -> None:
        with self._begin() as work:
            book = work.address_books.of(command.user_id)
            book.remove(command.address_id)
            work.address_books.save(book)
            work.commit()
