"""End one's own sessions."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import SessionNotFound
from novacart.domain.accounts.events import SessionsEnded
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionsCommand:
    """`keep` is a session that does not end, such as the current one."""

    user_id: UserId
    keep: int | None = None


class EndSessions:
    """End every session of the user, except `keep`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EndSessionsCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            user = work.users.get(command.user_id)
            work.token_families.revoke_all(user.id, at=now, keep=command.keep)
            work.record(SessionsEnded(user_id=user.id, occurred_at=now))
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionCommand:
    user_id: UserId
    session: int


class EndSession:
    """End one session of the user. Raises `SessionNotFound`, also for another user's session."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EndSessionCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            family = work.token_families.get(command.session)
            if family is None or family.user_id != command.user_id or family.revoked_at is not None:
                raise SessionNotFound
            family.revoke(at=now)
            work.token_families.save(family)
            work.record(SessionsEnded(user_id=command.user_id, occurred_at=now))
            work.commit()
