"""A clock that a test sets."""

from datetime import UTC, datetime, timedelta


class SetClock:
    """It stands still until it is moved."""

    def __init__(self, moment: datetime = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, **delta: float) -> datetime:
        self.moment += timedelta(**delta)
        return self.moment
