"""What every place for users promises."""

from datetime import UTC, datetime

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import EmailTaken, UsernameTaken, UserNotFound
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.accounts import NOON, a_user


def facts(user: User) -> dict[str, object]:
    return {name: getattr(user, name) for name in User.__slots__} | {"version": user.version}


def stored(begin: UnitOfWorkFactory, *users: User) -> None:
    with begin() as work:
        for user in users:
            work.users.add(user)
        work.commit()


class UsersContract:
    """Subclasses give `begin`."""

    def test_a_user_comes_back_whole(self, begin: UnitOfWorkFactory) -> None:
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
        )
        stored(begin, user)
        with begin() as work:
            assert facts(work.users.get(UserId(41))) == facts(user)
            assert facts(user)["version"] == 1

    def test_changes_come_back_whole(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="asha"))
        with begin() as work:
            user = work.users.get(UserId(41))
            user.change_profile(username="asha2", first_name="Asha", last_name="Rao", at=NOON)
            user.change_password("another", at=NOON)
            user.grant_role(Role.SUPPORT, at=NOON)
            user.disable(at=NOON)
            work.users.save(user)
            work.commit()
        with begin() as work:
            assert facts(work.users.get(UserId(41))) == facts(user)

    def test_an_unknown_user_is_not_found(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work, pytest.raises(UserNotFound):
            work.users.get(UserId(404))

    def test_a_user_is_found_by_either_name(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="Asha", email="Rao@example.com"))
        with begin() as work:
            for found in (
                work.users.by_username("asha"),
                work.users.by_email("rao@example.com"),
            ):
                assert found is not None
                assert found.id == 41
            assert work.users.by_username("rao@example.com") is None
            assert work.users.by_email("asha") is None

    def test_a_username_belongs_to_one_whatever_its_case(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="asha"))
        with begin() as work, pytest.raises(UsernameTaken):
            work.users.add(a_user(42, username="ASHA", email="other@example.com"))

    def test_an_address_belongs_to_one_whatever_its_case(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, email="asha@example.com"))
        with begin() as work, pytest.raises(EmailTaken):
            work.users.add(a_user(42, email="ASHA@EXAMPLE.com"))

    def test_nobody_is_renamed_into_somebody_else(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41, username="asha"), a_user(42, username="ravi"))
        with begin() as work:
            ravi = work.users.get(UserId(42))
            ravi.change_profile(username="Asha", at=NOON)
            with pytest.raises(UsernameTaken):
                work.users.save(ravi)

    def test_what_was_read_before_another_save_is_refused(self, begin: UnitOfWorkFactory) -> None:
        stored(begin, a_user(41))
        with begin() as work:
            stale = work.users.get(UserId(41))
        with begin() as work:
            fresh = work.users.get(UserId(41))
            fresh.disable(at=NOON)
            work.users.save(fresh)
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.users.save(stale)

    def test_active_owners_are_told(self, begin: UnitOfWorkFactory) -> None:
        gone = a_user(43, role=Role.OWNER)
        gone.disable(at=NOON)
        stored(
            begin,
            a_user(41, role=Role.OWNER),
            a_user(42, role=Role.MANAGER),
            gone,
            a_user(44, role=Role.OWNER),
        )
        with begin() as work:
            assert set(work.users.active_owners()) == {41, 44}
