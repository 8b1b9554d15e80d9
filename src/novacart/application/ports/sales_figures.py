"""The figures of days that are over, counted once and kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol


class SalesFigures(Protocol):
    def uncounted(self, *, until: date, limit: int) -> Sequence[date]:
        """Days up to and with `until` since the first order that were never counted."""
        ...

    def count(self, day: date, *, at: datetime) -> None:
        """Count the day from its orders and refunds, instead of what was kept of it."""
        ...
