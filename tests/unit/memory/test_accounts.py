"""Accounts in memory keep their ports' contracts."""

from collections.abc import Callable, Mapping

import pytest

from novacart.adapters.memory.account_queries import MemoryAccountQueries, MemoryAddressQueries
from novacart.adapters.memory.account_security import MemoryPasswordHasher
from novacart.adapters.memory.mailer import MemoryMailer
from novacart.adapters.memory.store import MemoryStore
from novacart.adapters.memory.unit_of_work import MemoryUnitOfWorkFactory
from novacart.application.ports.mailer import Mail, MailRefused
from tests.support.contracts.accounts import AccountsContract
from tests.support.contracts.address_books import AddressBooksContract
from tests.support.contracts.mailer import HELLO, MailerContract
from tests.support.contracts.password_hasher import PasswordHasherContract
from tests.support.contracts.token_families import TokenFamiliesContract
from tests.support.contracts.users import UsersContract


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def begin(store: MemoryStore) -> MemoryUnitOfWorkFactory:
    return MemoryUnitOfWorkFactory(store)


@pytest.fixture
def queries(store: MemoryStore) -> MemoryAccountQueries:
    return MemoryAccountQueries(store)


@pytest.fixture
def address_queries(store: MemoryStore) -> MemoryAddressQueries:
    return MemoryAddressQueries(store)


class TestMemoryUsers(UsersContract):
    pass


class TestMemoryAddressBooks(AddressBooksContract):
    pass


class TestMemoryTokenFamilies(TokenFamiliesContract):
    pass


class TestMemoryAccounts(AccountsContract):
    pass


class TestMemoryPasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> MemoryPasswordHasher:
        return MemoryPasswordHasher()

    @pytest.fixture
    def older(self) -> MemoryPasswordHasher:
        return MemoryPasswordHasher(rounds=9)


class TestMemoryMailer(MailerContract):
    @pytest.fixture
    def mailer(self) -> MemoryMailer:
        return MemoryMailer()

    @pytest.fixture
    def arrived(self, mailer: MemoryMailer) -> Callable[[], Mapping[str, Mail]]:
        return lambda: mailer.sent

    @pytest.fixture
    def break_down(self, mailer: MemoryMailer) -> Callable[[], None]:
        def break_down() -> None:
            mailer.down = True

        return break_down

    def test_it_plays_a_server_that_refuses(self, mailer: MemoryMailer) -> None:
        mailer.refuse.add(HELLO.to)
        with pytest.raises(MailRefused):
            mailer.send(HELLO)
