"""Clock set by the test."""

from datetime import UTC, datetime, timedelta


class SetClock:
    """Shows the same time until it is moved."""

    def __init__(self, time: datetime = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)) -> None:
        self._now = time

    def now(self) -> datetime:
        return self._now

    def move(self, **delta: float) -> datetime:
        self._now += timedelta(**delta)
        return self._now
