"""Shut an account, and open it again."""

from dataclasses import dataclass

from novacart.application.accounts.queries import Profile
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import LastOwner
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOf:
    user_id: UserId


class DisableUser:
    """Nobody signs in with it, and whoever is signed in is out at once.

    Raises `UserNotFound`, or `LastOwner`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AccountOf) -> Profile:
        now = self._clock.now()
        with self._begin() as work:
            if set(work.users.active_owners()) == {command.user_id}:
                raise LastOwner
            user = work.users.get(command.user_id)
            user.disable(at=now)
            work.users.save(user)
            work.token_families.revoke_all(user.id, at=now)
            work.commit()
        return Profile.of(user)


class EnableUser:
    """The user may sign in again; old sessions stay closed. Raises `UserNotFound`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AccountOf) -> Profile:
        with self._begin() as work:
            user = work.users.get(command.user_id)
            user.enable(at=self._clock.now())
            work.users.save(user)
            work.commit()
        return Profile.of(user)
