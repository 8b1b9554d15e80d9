"""Contracts of account queries and password reset repositories."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from novacart.application.accounts.queries import (
    AccountQueries,
    Profile,
    ResetTokenOwner,
    StoredCredentials,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, WEEK, a_family, a_user
from tests.support.contracts.users import stored

ASHA, RAVI = UserId(41), UserId(42)
HOUR = timedelta(hours=1)
DIGEST = "d" * 64


def disable(user: User) -> None:
    user.disable(active_owners=(), at=NOON)


def change_password(user: User) -> None:
    user.change_password("other", at=NOON)


def change(begin: UnitOfWorkFactory, change_of_user: Callable[[User], None]) -> None:
    with begin() as work:
        user = work.users.get(ASHA)
        change_of_user(user)
        work.users.save(user)
        work.commit()


def issued(begin: UnitOfWorkFactory, reset_id: int = 5) -> PasswordReset:
    reset = PasswordReset.request(id=reset_id, email_key="asha@example.com", at=NOON)
    reset.issue(user_id=ASHA, token_hash=DIGEST, password_generation=1, at=NOON)
    with begin() as work:
        work.password_resets.add(reset)
        work.commit()
    return reset


def credentials_of(queries: AccountQueries, login: str) -> StoredCredentials | None:
    return queries.credentials(login, network="192.0.2.1", used_since=NOON)


class AccountsContract:
    """Subclasses provide `begin` and `queries` on the same store."""

    @pytest.fixture(autouse=True)
    def _users(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(ASHA, username="Asha"), a_user(RAVI, username="ravi"))
        with begin() as work:
            work.token_families.add(a_family(7, ASHA))
            work.commit()

    @pytest.mark.parametrize(
        ("username", "email", "taken"),
        [
            ("asha", "unknown@example.com", (True, True, False)),
            ("unknown", "asha@example.com", (False, False, True)),
            ("ASHA", "ravi@example.com", (True, True, True)),
            ("\u0430sha", "unknown@example.com", (False, True, False)),
            ("unknown", "unknown@example.com", (False, False, False)),
        ],
    )
    def test_names_taken(
        self, queries: AccountQueries, username: str, email: str, taken: tuple[bool, bool, bool]
    ) -> None:
        result = queries.names_taken(Username(username), EmailAddress(email))
        assert (result.username, result.similar, result.email) == taken

    @pytest.mark.parametrize("login", ["asha", "asha@example.com"])
    def test_credentials_by_username_or_email(self, queries: AccountQueries, login: str) -> None:
        assert credentials_of(queries, login) == StoredCredentials(
            user_id=ASHA,
            password_hash="hash",
            password_generation=1,
            is_active=True,
            known_network=False,
        )
        assert credentials_of(queries, "unknown") is None

    def test_known_networks_of_one_user(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        def is_known(login: str, network: str, since: datetime = NOON) -> bool:
            credentials = queries.credentials(login, network=network, used_since=since)
            assert credentials is not None
            return credentials.known_network

        moment = timedelta(microseconds=1)
        with begin() as work:
            work.known_networks.add(ASHA, "192.0.2.1", at=NOON - WEEK)
            work.known_networks.add(ASHA, "192.0.2.1", at=NOON)
            work.known_networks.add(ASHA, "2001:db8::/64", at=NOON - WEEK)
            work.known_networks.add(RAVI, "192.0.2.2", at=NOON)
            work.commit()
        assert is_known("asha", "192.0.2.1")
        assert is_known("asha@example.com", "192.0.2.1")
        assert not is_known("asha", "192.0.2.1", since=NOON + moment)
        assert not is_known("asha", "192.0.2.2")
        assert not is_known("asha", "2001:db8::/64")
        assert is_known("asha", "2001:db8::/64", since=NOON - WEEK)
        with begin() as work:
            assert work.known_networks.delete_unused(before=NOON) == 1
            work.commit()
        assert not is_known("asha", "2001:db8::/64", since=NOON - WEEK)
        with begin() as work:
            work.known_networks.forget(ASHA)
            work.commit()
        assert not is_known("asha", "192.0.2.1")
        assert is_known("ravi", "192.0.2.2")

    def test_credentials_prefer_email_to_username(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        impostor = a_user(43)
        impostor.username = Username("asha@example.com")
        owner = a_user(44, email="owner@example.com")
        other = a_user(3)
        other.username = Username(EmailAddress("owner@example.com").key)
        stored(begin, impostor, owner, other)
        for login, user_id in (("asha@example.com", ASHA), ("owner@example.com", 44)):
            credentials = credentials_of(queries, login)
            assert credentials is not None
            assert credentials.user_id == user_id

    def test_session_user_returns_profile(self, queries: AccountQueries) -> None:
        assert queries.session_user(user_id=ASHA, family_id=7, password_generation=1) == Profile(
            id=ASHA,
            username="Asha",
            email="Asha@example.com",
            first_name="",
            last_name="",
            role=Role.CUSTOMER,
            is_staff=False,
            authenticated_at=NOON,
        )

    @pytest.mark.parametrize(
        ("user_id", "family_id", "generation"), [(RAVI, 7, 1), (ASHA, 8, 1), (ASHA, 7, 2)]
    )
    def test_session_user_of_unknown_session_is_none(
        self, queries: AccountQueries, user_id: UserId, family_id: int, generation: int
    ) -> None:
        assert (
            queries.session_user(
                user_id=user_id, family_id=family_id, password_generation=generation
            )
            is None
        )

    @pytest.mark.parametrize("change_of_user", [disable, change_password])
    def test_session_ends_when_user_is_disabled_or_changes_password(
        self,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        change_of_user: Callable[[User], None],
    ) -> None:
        change(begin, change_of_user)
        assert queries.session_user(user_id=ASHA, family_id=7, password_generation=1) is None

    def test_session_ends_when_family_is_revoked(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        with begin() as work:
            work.token_families.revoke_all(ASHA, at=NOON)
            work.commit()
        assert queries.session_user(user_id=ASHA, family_id=7, password_generation=1) is None

    def test_reset_round_trip(self, begin: UnitOfWorkFactory) -> None:
        reset = issued(begin)
        with begin() as work:
            for stored_reset in (
                work.password_resets.get(5),
                work.password_resets.get_by_token_hash(DIGEST),
            ):
                assert stored_reset is not None
                for name in PasswordReset.__slots__:
                    assert getattr(stored_reset, name) == getattr(reset, name)
            assert work.password_resets.get(404) is None
            assert work.password_resets.get_by_token_hash("e" * 64) is None

    def test_reset_of_unknown_email_round_trip(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.password_resets.add(
                PasswordReset.request(id=6, email_key="unknown@example.com", at=NOON)
            )
            work.commit()
        with begin() as work:
            reset = work.password_resets.get(6)
            assert reset is not None
            assert (reset.user_id, reset.token_hash, reset.expires_at) == (None, None, None)

    def test_count_issued_links_of_email(self, begin: UnitOfWorkFactory) -> None:
        issued(begin)
        with begin() as work:
            work.password_resets.add(
                PasswordReset.request(id=6, email_key="asha@example.com", at=NOON)
            )
            count = work.password_resets.count_issued
            assert count("asha@example.com", since=NOON) == 1
            assert count("asha@example.com", since=NOON + HOUR) == 0
            assert count("ravi@example.com", since=NOON) == 0

    def test_reset_token_owner(self, begin: UnitOfWorkFactory, queries: AccountQueries) -> None:
        issued(begin)
        assert queries.reset_token_owner(DIGEST, at=NOON) == ResetTokenOwner(
            username="Asha", email="Asha@example.com"
        )
        assert queries.reset_token_owner(DIGEST, at=NOON + HOUR) is None
        assert queries.reset_token_owner("e" * 64, at=NOON) is None

    @pytest.mark.parametrize("change_of_user", [disable, change_password])
    def test_reset_token_is_invalid_after_disable_or_password_change(
        self,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        change_of_user: Callable[[User], None],
    ) -> None:
        issued(begin)
        change(begin, change_of_user)
        assert queries.reset_token_owner(DIGEST, at=NOON) is None

    def test_used_reset_token_is_invalid(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        issued(begin)
        with begin() as work:
            reset = work.password_resets.get_by_token_hash(DIGEST)
            assert reset is not None
            reset.use(password_generation=1, at=NOON)
            work.password_resets.save(reset)
            work.commit()
        assert queries.reset_token_owner(DIGEST, at=NOON) is None

    def test_saving_stale_reset_raises(self, begin: UnitOfWorkFactory) -> None:
        issued(begin)
        with begin() as work:
            stale = work.password_resets.get(5)
            fresh = work.password_resets.get(5)
            assert stale is not None
            assert fresh is not None
            work.password_resets.save(fresh)
            with pytest.raises(ConcurrentChange):
                work.password_resets.save(stale)

    def test_delete_expired_resets(self, begin: UnitOfWorkFactory) -> None:
        issued(begin)
        with begin() as work:
            assert work.password_resets.delete_expired(before=NOON + HOUR) == 0
            assert work.password_resets.delete_expired(before=NOON + 2 * HOUR) == 1
            work.commit()
        with begin() as work:
            assert work.password_resets.get(5) is None
