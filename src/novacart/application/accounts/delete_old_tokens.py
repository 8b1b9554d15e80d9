"""Delete refresh tokens, password resets and known networks that have expired."""

from datetime import timedelta

from novacart.application.accounts.verify_credentials import KNOWN_NETWORK_LIFETIME
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory

_RETENTION = timedelta(days=1)


class DeleteOldTokens:
    """Delete what expired more than a day ago, and return how many records that was."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        now = self._clock.now()
        before = now - _RETENTION
        with self._begin() as work:
            deleted = work.token_families.delete_expired(before=before)
            deleted += work.known_networks.delete_unused(before=now - KNOWN_NETWORK_LIFETIME)
            deleted += work.password_resets.delete_expired(before=before)
            deleted += work.account_links.delete_expired(before=before)
            work.commit()
        return deleted
