"""Time as a test sets it."""

from datetime import datetime, timedelta

from novacart.application.ports.origin import Origin
from tests.support.builders.ordering import NOON


class SetClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


def by_nobody() -> Origin:
    """The origin of what a test does."""
    return Origin(actor="user:3")
