"""Disable and enable an account."""

from dataclasses import dataclass

from novacart.application.accounts.queries import Profile
from novacart.application.authorization.actor import Actor, PermissionDenied
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.user import User
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUserCommand:
    user_id: UserId
    actor: Actor


class DisableUser:
    """Disable an account and end its sessions.

    Raises `UserNotFound`, `LastOwner`, or `PermissionDenied`, also for the actor's own account.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: DisableUserCommand) -> Profile:
        if command.user_id == command.actor.user_id:
            raise PermissionDenied("You cannot disable your own account.")
        now = self._clock.now()
        with self._begin() as work:
            active_owners = work.users.active_owners()
            user = work.users.get(command.user_id)
            _require_permission(command.actor, user)
            user.disable(active_owners=active_owners, at=now)
            work.users.save(user)
            work.token_families.revoke_all(user.id, at=now)
            work.commit()
        return Profile.of(user)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUserCommand:
    user_id: UserId
    actor: Actor


class EnableUser:
    """Enable an account; its earlier sessions stay ended.

    Raises `UserNotFound` or `PermissionDenied`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EnableUserCommand) -> Profile:
        with self._begin() as work:
            user = work.users.get(command.user_id)
            _require_permission(command.actor, user)
            user.enable(at=self._clock.now())
            work.users.save(user)
            work.commit()
        return Profile.of(user)


def _require_permission(actor: Actor, user: User) -> None:
    actor.require("staff.write" if user.is_staff else "customers.disable")
