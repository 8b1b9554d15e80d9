"""Delete refresh tokens and password resets that have expired."""

from datetime import timedelta

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory

_RETENTION = timedelta(days=1)


class DeleteOldTokens:
    """Delete what expired more than a day ago, and return how many tokens and resets that was."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        before = self._clock.now() - _RETENTION
        with self._begin() as work:
            deleted = work.token_families.delete_expired(before=before)
            deleted += work.password_resets.delete_expired(before=before)
            work.commit()
        return deleted
