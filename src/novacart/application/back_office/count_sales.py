"""Keep the figures of days that are over, so that no page has to count a year of orders."""

from datetime import timedelta
from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.sales_figures import SalesFigures

# A day is over for us two midnights (UTC) later: its last orders have been paid or expired.
SETTLES: Final = timedelta(days=2)
# Within about so long a refund may still be sent back by a bank.
_MAY_CHANGE: Final = timedelta(days=100)
_BATCH: Final = 400


class CountSales:
    """Count each finished day that was not counted yet; gives how many were.

    Doing it again changes nothing, and a crash leaves whole days.
    """

    def __init__(self, *, figures: SalesFigures, clock: Clock) -> None:
        self._figures = figures
        self._clock = clock

    def __call__(self) -> int:
        now = self._clock.now()
        days = self._figures.uncounted(until=(now - SETTLES).date(), limit=_BATCH)
        for day in days:
            self._figures.count(day, at=now)
        return len(days)


class RecountSales:
    """Count anew every finished day that a late change may have touched."""

    def __init__(self, *, figures: SalesFigures, clock: Clock) -> None:
        self._figures = figures
        self._clock = clock

    def __call__(self) -> int:
        now = self._clock.now()
        last = (now - SETTLES).date()
        for ago in range(_MAY_CHANGE.days):
            self._figures.count(last - timedelta(days=ago), at=now)
        return _MAY_CHANGE.days
