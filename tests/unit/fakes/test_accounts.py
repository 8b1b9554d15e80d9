"""Account fakes fulfil their contracts."""

from collections.abc import Callable, Mapping

import pytest

from novacart.application.ports.mailer import Mail, MailRefused
from tests.fakes.account_queries import FakeAccountQueries, FakeAddressQueries
from tests.fakes.account_security import FakePasswordHasher
from tests.fakes.mailer import FakeMailer
from tests.fakes.store import FakeStore
from tests.support.contracts.account_links import AccountLinksContract
from tests.support.contracts.accounts import AccountsContract
from tests.support.contracts.address_books import AddressBooksContract
from tests.support.contracts.mailer import HELLO, MailerContract
from tests.support.contracts.mfa_enrolments import MfaEnrolmentsContract
from tests.support.contracts.password_hasher import PasswordHasherContract
from tests.support.contracts.token_families import TokenFamiliesContract
from tests.support.contracts.users import UsersContract


@pytest.fixture
def queries(store: FakeStore) -> FakeAccountQueries:
    return FakeAccountQueries(store)


@pytest.fixture
def address_queries(store: FakeStore) -> FakeAddressQueries:
    return FakeAddressQueries(store)


class TestFakeUsers(UsersContract):
    pass


class TestFakeAddressBooks(AddressBooksContract):
    pass


class TestFakeTokenFamilies(TokenFamiliesContract):
    pass


class TestFakeAccountLinks(AccountLinksContract):
    pass


class TestFakeMfaEnrolments(MfaEnrolmentsContract):
    pass


class TestFakeAccounts(AccountsContract):
    pass


class TestFakePasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> FakePasswordHasher:
        return FakePasswordHasher()

    @pytest.fixture
    def older(self) -> FakePasswordHasher:
        return FakePasswordHasher(rounds=9)


class TestFakeMailer(MailerContract):
    @pytest.fixture
    def mailer(self) -> FakeMailer:
        return FakeMailer()

    @pytest.fixture
    def delivered(self, mailer: FakeMailer) -> Callable[[], Mapping[str, Mail]]:
        return lambda: mailer.sent

    @pytest.fixture
    def make_unavailable(self, mailer: FakeMailer) -> Callable[[], None]:
        return lambda: setattr(mailer, "down", True)

    def test_rejected_recipient_raises(self, mailer: FakeMailer) -> None:
        mailer.refuse.add(HELLO.to)
        with pytest.raises(MailRefused):
            mailer.send(HELLO)
