"""Summarise the sales of past days, so that the dashboard does not count a year of orders."""

from datetime import timedelta, tzinfo
from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.sales_figures import SalesFigures
from novacart.domain.shared.local_time import local_date

# A day is counted two midnights later, when its last orders are paid or expired.
COUNTED_AFTER: Final = timedelta(days=2)
# Banks may return a refund within about this time.
_RECOUNTED: Final = timedelta(days=100)
_BATCH: Final = 400


class CountSales:
    """Count each past day that has no figures yet. Idempotent.

    Returns the number of days counted.
    """

    def __init__(self, *, figures: SalesFigures, clock: Clock, zone: tzinfo) -> None:
        self._figures = figures
        self._clock = clock
        self._zone = zone

    def __call__(self) -> int:
        now = self._clock.now()
        self._figures.delete_other_timezones()
        until = local_date(now - COUNTED_AFTER, self._zone)
        days = self._figures.uncounted(until=until, limit=_BATCH)
        self._figures.count(days, at=now)
        return len(days)


class RecountSales:
    """Recount the last hundred days, whose figures late refunds may have changed.

    Returns the number of days counted.
    """

    def __init__(self, *, figures: SalesFigures, clock: Clock, zone: tzinfo) -> None:
        self._figures = figures
        self._clock = clock
        self._zone = zone

    def __call__(self) -> int:
        now = self._clock.now()
        last = local_date(now - COUNTED_AFTER, self._zone)
        days = [last - timedelta(days=days_ago) for days_ago in range(_RECOUNTED.days)]
        self._figures.count(days[::-1], at=now)
        return len(days)
