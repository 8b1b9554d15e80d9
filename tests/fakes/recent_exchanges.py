"""Fake recent exchanges."""

from datetime import datetime, timedelta

from novacart.application.ports.clock import Clock


class FakeRecentExchanges:
    def __init__(self, clock: Clock, *, leeway: timedelta) -> None:
        self._clock = clock
        self._leeway = leeway
        self._added: dict[str, datetime] = {}

    def add(self, token_id: str) -> None:
        self._added[token_id] = self._clock.now()

    def has(self, token_id: str) -> bool:
        added_at = self._added.get(token_id)
        return added_at is not None and self._clock.now() - added_at < self._leeway


class ForgedExchanges:
    """Has every token, such as a server that somebody else writes to."""

    def add(self, token_id: str) -> None: ...

    def has(self, token_id: str) -> bool:  # noqa: ARG002
        return True
