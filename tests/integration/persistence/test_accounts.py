"""Repositories and queries of accounts in both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.accounts.queries import SqlAccountQueries, SqlAddressQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import AddressId, UserId
from tests.support.builders.accounts import NOON, a_user, address_details
from tests.support.contracts.account_links import AccountLinksContract
from tests.support.contracts.accounts import AccountsContract
from tests.support.contracts.address_books import AddressBooksContract
from tests.support.contracts.mfa_enrolments import MfaEnrolmentsContract
from tests.support.contracts.token_families import TokenFamiliesContract
from tests.support.contracts.users import UsersContract, stored

ASHA = UserId(41)


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@pytest.fixture
def queries(database: Database) -> SqlAccountQueries:
    return SqlAccountQueries(database)


@pytest.fixture
def address_queries(database: Database) -> SqlAddressQueries:
    return SqlAddressQueries(database)


class TestSqlUsers(UsersContract):
    pass


class TestSqlAddressBooks(AddressBooksContract):
    def test_concurrent_additions_leave_one_default(self, begin: UnitOfWorkFactory) -> None:
        def add(number: int) -> None:
            with begin() as work:
                book = work.address_books.get(ASHA)
                book.add(AddressId(number), address_details(), is_default=True, at=NOON)
                work.address_books.save(book)
                work.commit()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(add, range(1, 17)))
        with begin() as work:
            addresses = work.address_books.get(ASHA).addresses
        assert len(addresses) == 16
        assert sum(address.is_default for address in addresses) == 1


class TestSqlTokenFamilies(TokenFamiliesContract):
    pass


class TestSqlAccountLinks(AccountLinksContract):
    pass


class TestSqlMfaEnrolments(MfaEnrolmentsContract):
    pass


class TestSqlAccounts(AccountsContract):
    pass


def test_database_rejects_second_default(begin: UnitOfWorkFactory, database: Database) -> None:
    stored(begin, a_user(ASHA))
    with begin() as work:
        book = work.address_books.get(ASHA)
        book.add(AddressId(1), address_details(), at=NOON)
        book.add(AddressId(2), address_details(), at=NOON)
        work.address_books.save(book)
        work.commit()
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(text("UPDATE addresses SET is_default = true"))
