"""Contract of user repositories."""

from datetime import UTC, datetime

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import (
    EmailTaken,
    UsernameTaken,
    UsernameTooSimilar,
    UserNotFound,
)
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, a_user


def values(user: User) -> dict[str, object]:
    return {name: getattr(user, name) for name in User.__slots__} | {"version": user.version}


def stored(begin: UnitOfWorkFactory, *users: User) -> None:
    with begin() as work:
        for user in users:
            work.users.add(user)
        work.commit()


class UsersContract:
    """Subclasses provide `begin`."""

    def test_user_round_trip(self, begin: UnitOfWorkFactory) -> None:
        user = User(
            id=UserId(41),
            username=Username("Åsa.Ström"),
            email=EmailAddress("Asa@example.com"),
            password_hash="$argon2id$…",
            first_name="Åsa",
            last_name="Ström",
            role=Role.MANAGER,
            is_active=False,
            created_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
            password_changed_at=datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
            password_generation=3,
            email_verified_at=datetime(2026, 3, 4, 5, 6, 7, 891, tzinfo=UTC),
        )
        stored(begin, user)
        with begin() as work:
            assert values(work.users.get(UserId(41))) == values(user)
            assert values(user)["version"] == 1

    def test_changes_round_trip(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="asha"))
        with begin() as work:
            user = work.users.get(UserId(41))
            user.change_profile(username="asha2", first_name="Asha", last_name="Rao", at=NOON)
            user.change_password("another", at=NOON)
            user.grant_role(Role.SUPPORT, active_owners=(), at=NOON)
            user.verify_email(at=NOON)
            user.disable(active_owners=(), at=NOON)
            work.users.save(user)
            work.commit()
        with begin() as work:
            assert values(work.users.get(UserId(41))) == values(user)

    def test_unknown_user_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work, pytest.raises(UserNotFound):
            work.users.get(UserId(404))

    def test_user_is_found_by_username_or_email(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="Asha", email="Rao@example.com"))
        with begin() as work:
            for user in (
                work.users.get_by_username("asha"),
                work.users.get_by_email("rao@example.com"),
            ):
                assert user is not None
                assert user.id == 41
            assert work.users.get_by_username("rao@example.com") is None
            assert work.users.get_by_email("asha") is None

    def test_username_is_unique_ignoring_case(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="asha"))
        with begin() as work, pytest.raises(UsernameTaken):
            work.users.add(a_user(42, username="ASHA", email="other@example.com"))

    def test_username_that_looks_like_another_raises(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="admin"), a_user(42, username="ravi"))
        with begin() as work, pytest.raises(UsernameTooSimilar):
            work.users.add(a_user(43, username="adrnin", email="other@example.com"))
        with begin() as work:
            ravi = work.users.get(UserId(42))
            ravi.change_profile(username="adrnin", at=NOON)
            with pytest.raises(UsernameTooSimilar):
                work.users.save(ravi)

    def test_email_is_unique_ignoring_case(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, email="asha@example.com"))
        with begin() as work, pytest.raises(EmailTaken):
            work.users.add(a_user(42, email="ASHA@EXAMPLE.com"))

    def test_changing_to_taken_username_raises(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="asha"), a_user(42, username="ravi"))
        with begin() as work:
            ravi = work.users.get(UserId(42))
            ravi.change_profile(username="Asha", at=NOON)
            with pytest.raises(UsernameTaken):
                work.users.save(ravi)

    def test_saving_stale_user_raises(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41))
        with begin() as work:
            stale = work.users.get(UserId(41))
        with begin() as work:
            fresh = work.users.get(UserId(41))
            fresh.disable(active_owners=(), at=NOON)
            work.users.save(fresh)
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.users.save(stale)

    def test_active_owners(self, begin: UnitOfWorkFactory) -> None:
        disabled = a_user(43, role=Role.OWNER)
        disabled.disable(active_owners=(), at=NOON)
        stored(
            begin,
            a_user(41, role=Role.OWNER),
            a_user(42, role=Role.MANAGER),
            disabled,
            a_user(44, role=Role.OWNER),
        )
        with begin() as work:
            assert set(work.users.active_owners()) == {41, 44}
