"""What every answerer of questions about accounts, and every place for resets, promises."""

from datetime import timedelta

import pytest

from novacart.application.accounts.queries import AccountQueries, Credentials, OpenReset, Profile
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, a_family, a_user
from tests.support.contracts.users import stored

ASHA, RAVI = UserId(41), UserId(42)
HOUR = timedelta(hours=1)
DIGEST = "d" * 64


def change(begin: UnitOfWorkFactory, act: str, *arguments: str) -> None:
    with begin() as work:
        user = work.users.get(ASHA)
        getattr(user, act)(*arguments, at=NOON)
        work.users.save(user)
        work.commit()


def issued(begin: UnitOfWorkFactory, reset_id: int = 5) -> PasswordReset:
    reset = PasswordReset.request(id=reset_id, email_key="asha@example.com", at=NOON)
    reset.issue(user_id=ASHA, token_hash=DIGEST, password_generation=1, at=NOON, lifetime=HOUR)
    with begin() as work:
        work.password_resets.add(reset)
        work.commit()
    return reset


class AccountsContract:
    """Subclasses give `begin` and `queries`, on the same store."""

    @pytest.fixture(autouse=True)
    def _people(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(ASHA, username="Asha"), a_user(RAVI, username="ravi"))
        with begin() as work:
            work.token_families.add(a_family(7, ASHA))
            work.commit()

    def test_what_is_taken_is_told(self, queries: AccountQueries) -> None:
        assert queries.taken("asha", "nobody@example.com") == (True, False)
        assert queries.taken("nobody", "asha@example.com") == (False, True)
        assert queries.taken("asha", "ravi@example.com") == (True, True)
        assert queries.taken("nobody", "nobody@example.com") == (False, False)

    @pytest.mark.parametrize("login", ["asha", "asha@example.com"])
    def test_credentials_are_found_by_either_name(
        self, queries: AccountQueries, login: str
    ) -> None:
        assert queries.credentials(login) == Credentials(
            user_id=ASHA, password_hash="hash", password_generation=1, is_active=True
        )
        assert queries.credentials("nobody") is None

    def test_an_address_goes_before_a_username_that_looks_like_it(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        squatter = a_user(43)
        squatter.username = Username("asha@example.com")
        owner = a_user(44, email="owner@example.com")
        other = a_user(3)
        other.username = Username(EmailAddress("owner@example.com").key)
        stored(begin, squatter, owner, other)
        for login, user_id in (("asha@example.com", ASHA), ("owner@example.com", 44)):
            found = queries.credentials(login)
            assert found is not None
            assert found.user_id == user_id

    def test_an_open_session_tells_its_user(self, queries: AccountQueries) -> None:
        assert queries.session(user_id=ASHA, family_id=7, password_generation=1) == Profile(
            id=ASHA,
            username="Asha",
            email="Asha@example.com",
            first_name="",
            last_name="",
            role=Role.CUSTOMER,
            is_staff=False,
        )

    @pytest.mark.parametrize(
        ("user_id", "family_id", "generation"), [(RAVI, 7, 1), (ASHA, 8, 1), (ASHA, 7, 2)]
    )
    def test_a_session_that_never_was_is_none(
        self, queries: AccountQueries, user_id: UserId, family_id: int, generation: int
    ) -> None:
        assert (
            queries.session(user_id=user_id, family_id=family_id, password_generation=generation)
            is None
        )

    @pytest.mark.parametrize("act", [("disable",), ("change_password", "other")])
    def test_a_session_ends_with_the_account_or_its_password(
        self, begin: UnitOfWorkFactory, queries: AccountQueries, act: tuple[str, ...]
    ) -> None:
        change(begin, *act)
        assert queries.session(user_id=ASHA, family_id=7, password_generation=1) is None

    def test_a_session_ends_with_its_family(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        with begin() as work:
            work.token_families.revoke_all(ASHA, at=NOON)
            work.commit()
        assert queries.session(user_id=ASHA, family_id=7, password_generation=1) is None

    def test_a_reset_comes_back_whole(self, begin: UnitOfWorkFactory) -> None:
        reset = issued(begin)
        with begin() as work:
            for found in (
                work.password_resets.get(5),
                work.password_resets.with_token(DIGEST),
            ):
                assert found is not None
                for name in PasswordReset.__slots__:
                    assert getattr(found, name) == getattr(reset, name)
            assert work.password_resets.get(404) is None
            assert work.password_resets.with_token("e" * 64) is None

    def test_a_request_of_nobody_comes_back_whole(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.password_resets.add(
                PasswordReset.request(id=6, email_key="nobody@example.com", at=NOON)
            )
            work.commit()
        with begin() as work:
            found = work.password_resets.get(6)
            assert found is not None
            assert (found.user_id, found.token_hash, found.expires_at) == (None, None, None)

    def test_links_to_one_address_are_counted(self, begin: UnitOfWorkFactory) -> None:
        issued(begin)
        with begin() as work:
            work.password_resets.add(
                PasswordReset.request(id=6, email_key="asha@example.com", at=NOON)
            )
            count = work.password_resets.issued_since
            assert count("asha@example.com", since=NOON) == 1
            assert count("asha@example.com", since=NOON + HOUR) == 0
            assert count("ravi@example.com", since=NOON) == 0

    def test_an_open_reset_tells_its_owner(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        issued(begin)
        assert queries.open_reset(DIGEST, at=NOON) == OpenReset(
            username="Asha", email="Asha@example.com"
        )
        assert queries.open_reset(DIGEST, at=NOON + HOUR) is None
        assert queries.open_reset("e" * 64, at=NOON) is None

    @pytest.mark.parametrize("act", [("disable",), ("change_password", "other")])
    def test_a_reset_ends_with_the_account_or_its_password(
        self, begin: UnitOfWorkFactory, queries: AccountQueries, act: tuple[str, ...]
    ) -> None:
        issued(begin)
        change(begin, *act)
        assert queries.open_reset(DIGEST, at=NOON) is None

    def test_a_used_reset_is_closed(
        self, begin: UnitOfWorkFactory, queries: AccountQueries
    ) -> None:
        issued(begin)
        with begin() as work:
            reset = work.password_resets.with_token(DIGEST)
            assert reset is not None
            reset.use(password_generation=1, at=NOON)
            work.password_resets.save(reset)
            work.commit()
        assert queries.open_reset(DIGEST, at=NOON) is None

    def test_of_two_that_use_one_reset_the_second_is_refused(
        self, begin: UnitOfWorkFactory
    ) -> None:
        issued(begin)
        with begin() as work:
            stale = work.password_resets.get(5)
            fresh = work.password_resets.get(5)
            assert stale is not None
            assert fresh is not None
            work.password_resets.save(fresh)
            with pytest.raises(ConcurrentChange):
                work.password_resets.save(stale)

    def test_old_resets_are_forgotten(self, begin: UnitOfWorkFactory) -> None:
        issued(begin)
        with begin() as work:
            assert work.password_resets.delete_older_than(before=NOON + HOUR) == 0
            assert work.password_resets.delete_older_than(before=NOON + 2 * HOUR) == 1
            work.commit()
        with begin() as work:
            assert work.password_resets.get(5) is None
