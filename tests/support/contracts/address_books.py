"""Contract of address book repositories and address queries."""

import pytest

from novacart.application.accounts.queries import AddressQueries
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.address import AddressType
from novacart.domain.accounts.errors import AddressNotFound
from novacart.domain.shared.ids import AddressId, UserId
from tests.support.builders.accounts import NOON, a_user, address_details
from tests.support.contracts.users import stored

ASHA, RAVI = UserId(41), UserId(42)
HOME, OFFICE, AUNT = AddressId(1), AddressId(2), AddressId(3)


class AddressBooksContract:
    """Subclasses provide `begin` and `address_queries` on the same store."""

    @pytest.fixture(autouse=True)
    def _owners(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(ASHA), a_user(RAVI))

    @pytest.fixture
    def filled(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            book = work.address_books.get(ASHA)
            book.add(HOME, address_details(), at=NOON)
            book.add(OFFICE, address_details(address_type=AddressType.OFFICE), at=NOON)
            book.add(AUNT, address_details(name="Aunt"), at=NOON)
            work.address_books.save(book)
            work.commit()

    def test_new_address_book_is_empty(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            assert work.address_books.get(ASHA).addresses == ()

    def test_address_round_trip(self, begin: UnitOfWorkFactory) -> None:
        details = address_details(
            name="Åsa Ström",
            mobile="0919000000001",
            pincode="110001",
            state="Delhi",
            district="New Delhi",
            town="Connaught Place",
            house_number="7/B",
            address="Behind the cinema",
            address_type=AddressType.OFFICE,
        )
        with begin() as work:
            book = work.address_books.get(ASHA)
            address = book.add(HOME, details, at=NOON)
            work.address_books.save(book)
            work.commit()
        with begin() as work:
            assert work.address_books.get(ASHA).addresses == (address,)
            assert work.address_books.get(RAVI).addresses == ()

    @pytest.mark.usefixtures("filled")
    def test_default_moves_to_earlier_and_later_address(self, begin: UnitOfWorkFactory) -> None:
        for chosen in (AUNT, HOME, OFFICE):
            with begin() as work:
                book = work.address_books.get(ASHA)
                book.set_default(chosen)
                work.address_books.save(book)
                work.commit()
            with begin() as work:
                book = work.address_books.get(ASHA)
                assert [address.id for address in book.addresses if address.is_default] == [chosen]

    @pytest.mark.usefixtures("filled")
    def test_add_update_and_remove_in_one_save(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            book = work.address_books.get(ASHA)
            book.remove(OFFICE)
            book.update(AUNT, address_details(name="Great-aunt"))
            added = book.add(AddressId(9), address_details(), is_default=True, at=NOON)
            work.address_books.save(book)
            work.commit()
        with begin() as work:
            assert work.address_books.get(ASHA).addresses == (
                book.get(HOME),
                book.get(AUNT),
                added,
            )

    @pytest.mark.usefixtures("filled")
    def test_uncommitted_change_is_rolled_back(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            book = work.address_books.get(ASHA)
            book.remove(HOME)
            work.address_books.save(book)
        with begin() as work:
            assert len(work.address_books.get(ASHA).addresses) == 3

    @pytest.mark.usefixtures("filled")
    def test_queries_return_addresses_oldest_first(
        self, begin: UnitOfWorkFactory, address_queries: AddressQueries
    ) -> None:
        with begin() as work:
            addresses = work.address_books.get(ASHA).addresses
        assert tuple(address_queries.list_addresses(ASHA)) == addresses
        for address in addresses:
            assert address_queries.get_address(ASHA, address.id) == address

    @pytest.mark.usefixtures("filled")
    def test_addresses_of_others_are_not_found(self, address_queries: AddressQueries) -> None:
        assert list(address_queries.list_addresses(RAVI)) == []
        with pytest.raises(AddressNotFound):
            address_queries.get_address(RAVI, HOME)
        with pytest.raises(AddressNotFound):
            address_queries.get_address(ASHA, AddressId(404))
