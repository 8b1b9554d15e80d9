"""Choose where parcels go unless one says otherwise."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AddressView
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDefaultAddressCommand:
    user_id: UserId
    address_id: AddressId


class SetDefaultAddress:
    """Make it the one default. Raises `AddressNotFound`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: SetDefaultAddressCommand) -> AddressView:
        with self._begin() as work:
            book = work.address_books.of(command.user_id)
            entry = book.make_default(command.address_id)
            work.address_books.save(book)
            work.commit()
        return AddressView.of(entry)
