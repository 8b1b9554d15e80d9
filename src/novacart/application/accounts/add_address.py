"""Write an address into one's address book."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AddressView
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.address_book import AddressDetails, AddressType
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddressCommand:
    """`is_default` left out: the first address of a book becomes its default."""

    user_id: UserId
    name: str
    mobile: str
    pincode: str
    state: str
    district: str
    town: str
    house_number: str
    address: str
    address_type: str = "HOME"
    is_default: bool | None = None


class AddAddress:
    """Raises `InvalidDetails` or `AddressBookIsFull`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddAddressCommand) -> AddressView:
        details = AddressDetails(
            name=command.name,
            mobile=command.mobile,
            pincode=command.pincode,
            state=command.state,
            district=command.district,
            town=command.town,
            house_number=command.house_number,
            address=command.address,
            address_type=AddressType.parse(command.address_type),
        )
        with self._begin() as work:
            book = work.address_books.of(command.user_id)
            entry = book.add(
                AddressId(work.ids.take()[0]),
                details,
                is_default=command.is_default,
                at=self._clock.now(),
            )
            work.address_books.save(book)
            work.commit()
        return AddressView.of(entry)
