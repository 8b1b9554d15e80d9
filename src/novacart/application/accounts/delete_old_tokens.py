"""Drop what nobody can use any more."""

from datetime import timedelta

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory

_KEPT = timedelta(days=1)


class DeleteOldTokens:
    """Refresh tokens and reset requests that ended more than a day ago; how many of both."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        before = self._clock.now() - _KEPT
        with self._begin() as work:
            gone = work.token_families.delete_expired(before=before)
            gone += work.password_resets.delete_older_than(before=before)
            work.commit()
        return gone
