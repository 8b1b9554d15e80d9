"""Change a user's role."""

from dataclasses import dataclass

from novacart.application.accounts.queries import Profile
from novacart.application.authorization.actor import Actor
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRoleCommand:
    user_id: UserId
    role: Role
    actor: Actor


class GrantRole:
    """Change a user's role from the next request on.

    The sessions of a customer who becomes staff end, since their password and second factor were
    checked by the rules for customers. The next sign-in applies those for staff.

    Raises `PermissionDenied`, `ReauthenticationRequired`, `UserNotFound` or `LastOwner`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, reauthentication: ReauthenticationPolicy
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._reauthentication = reauthentication

    def __call__(self, command: GrantRoleCommand) -> Profile:
        command.actor.require("staff.write")
        now = self._clock.now()
        self._reauthentication.ensure_recent(command.actor, at=now)
        with self._begin() as work:
            active_owners = work.users.active_owners()
            user = work.users.get(command.user_id)
            if command.role.is_staff and not user.is_staff:
                work.token_families.revoke_all(user.id, at=now)
            user.grant_role(command.role, active_owners=active_owners, at=now)
            work.users.save(user)
            work.commit()
        return Profile.of(user)
