"""What every place for address books promises."""

import pytest

from novacart.application.accounts.queries import AddressQueries, AddressView
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.address_book import AddressType
from novacart.domain.accounts.errors import AddressNotFound
from novacart.domain.shared.ids import AddressId, UserId
from tests.support.builders.accounts import NOON, a_user, address_details
from tests.support.contracts.users import stored

ASHA, RAVI = UserId(41), UserId(42)
HOME, OFFICE, AUNT = AddressId(1), AddressId(2), AddressId(3)


class AddressBooksContract:
    """Subclasses give `begin` and `address_queries`, on the same store."""

    @pytest.fixture(autouse=True)
    def _owners(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(ASHA), a_user(RAVI))

    @pytest.fixture
    def filled(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            book = work.address_books.of(ASHA)
            book.add(HOME, address_details(), at=NOON)
            book.add(OFFICE, address_details(address_type=AddressType.OFFICE), at=NOON)
            book.add(AUNT, address_details(name="Aunt"), at=NOON)
            work.address_books.save(book)
            work.commit()

    def test_a_new_book_is_empty(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            assert work.address_books.of(ASHA).addresses == ()

    def test_an_address_comes_back_whole(self, begin: UnitOfWorkFactory) -> None:
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
            book = work.address_books.of(ASHA)
            entry = book.add(HOME, details, at=NOON)
            work.address_books.save(book)
            work.commit()
        with begin() as work:
            assert work.address_books.of(ASHA).addresses == (entry,)
            assert work.address_books.of(RAVI).addresses == ()

    @pytest.mark.usefixtures("filled")
    def test_the_default_moves_in_either_direction(self, begin: UnitOfWorkFactory) -> None:
        for chosen in (AUNT, HOME, OFFICE):
            with begin() as work:
                book = work.address_books.of(ASHA)
                book.make_default(chosen)
                work.address_books.save(book)
                work.commit()
            with begin() as work:
                book = work.address_books.of(ASHA)
                assert [entry.id for entry in book.addresses if entry.is_default] == [chosen]

    @pytest.mark.usefixtures("filled")
    def test_adding_changing_and_removing_at_once(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            book = work.address_books.of(ASHA)
            book.remove(OFFICE)
            book.change(AUNT, address_details(name="Great-aunt"))
            added = book.add(AddressId(9), address_details(), is_default=True, at=NOON)
            work.address_books.save(book)
            work.commit()
        with begin() as work:
            assert work.address_books.of(ASHA).addresses == (
                book.get(HOME),
                book.get(AUNT),
                added,
            )

    @pytest.mark.usefixtures("filled")
    def test_what_is_not_committed_is_forgotten(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            book = work.address_books.of(ASHA)
            book.remove(HOME)
            work.address_books.save(book)
        with begin() as work:
            assert len(work.address_books.of(ASHA).addresses) == 3

    @pytest.mark.usefixtures("filled")
    def test_its_owner_sees_the_addresses_oldest_first(
        self, begin: UnitOfWorkFactory, address_queries: AddressQueries
    ) -> None:
        with begin() as work:
            entries = work.address_books.of(ASHA).addresses
        views = [AddressView.of(entry) for entry in entries]
        assert list(address_queries.addresses_of(ASHA)) == views
        assert [address_queries.address_of(ASHA, entry.id) for entry in entries] == views

    @pytest.mark.usefixtures("filled")
    def test_nobody_else_sees_them(self, address_queries: AddressQueries) -> None:
        assert list(address_queries.addresses_of(RAVI)) == []
        with pytest.raises(AddressNotFound):
            address_queries.address_of(RAVI, HOME)
        with pytest.raises(AddressNotFound):
            address_queries.address_of(ASHA, AddressId(404))
