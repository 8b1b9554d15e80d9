"""Stored sales figures of past days, in the shop's time zone."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol


class SalesFigures(Protocol):
    def delete_other_timezones(self) -> None:
        """Delete the figures that were counted in another time zone than the shop's.

        Each day in a transaction, with its part of the sums of its month.
        """
        ...

    def uncounted(self, *, until: date, limit: int) -> Sequence[date]:
        """Days without figures, from the first order up to and including `until`."""
        ...

    def count(self, days: Sequence[date], *, at: datetime) -> None:
        """Count the days from their orders and refunds and replace their stored figures.

        Each day is stored in a transaction, with the sums of its month: if it is interrupted, the
        days before are stored.
        """
        ...
