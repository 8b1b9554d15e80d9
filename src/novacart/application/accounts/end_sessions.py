"""Sign out everywhere."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.events import SessionsEnded
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionsCommand:
    user_id: UserId


class EndSessions:
    """End every session of the user, including the current one."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EndSessionsCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            user = work.users.get(command.user_id)
            work.token_families.revoke_all(user.id, at=now)
            work.record(SessionsEnded(user_id=user.id, occurred_at=now))
            work.commit()
