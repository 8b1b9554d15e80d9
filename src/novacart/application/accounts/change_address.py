"""Change an address in one's address book."""

from dataclasses import dataclass, replace

from novacart.application.accounts.queries import AddressView
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.address_book import AddressType
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAddressCommand:
    """`None` leaves a field as it is."""

    user_id: UserId
    address_id: AddressId
    name: str | None = None
    mobile: str | None = None
    pincode: str | None = None
    state: str | None = None
    district: str | None = None
    town: str | None = None
    house_number: str | None = None
    address: str | None = None
    address_type: str | None = None
    is_default: bool | None = None


class ChangeAddress:
    """Raises `AddressNotFound`, for somebody else's too, or `InvalidDetails`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: ChangeAddressCommand) -> AddressView:
        with self._begin() as work:
            book = work.address_books.of(command.user_id)
            before = book.get(command.address_id).details
            details = replace(
                before,
                name=_or(command.name, before.name),
                mobile=_or(command.mobile, before.mobile),
                pincode=_or(command.pincode, before.pincode),
                state=_or(command.state, before.state),
                district=_or(command.district, before.district),
                town=_or(command.town, before.town),
                house_number=_or(command.house_number, before.house_number),
                address=_or(command.address, before.address),
                address_type=AddressType.parse(command.address_type or before.address_type),
            )
            entry = book.change(command.address_id, details, is_default=command.is_default)
            work.address_books.save(book)
            work.commit()
        return AddressView.of(entry)


def _or(given: str | None, before: str) -> str:
    return before if given is None else given
