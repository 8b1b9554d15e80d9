"""When goods arrive."""

from datetime import date, datetime, timedelta
from typing import Final

BUSINESS_DAYS: Final = 5
_SATURDAY: Final = 5


def estimated_delivery(at: datetime) -> date:
    """The day on which what is ordered `at` (aware, UTC) should arrive.

    The rule of the shop: `BUSINESS_DAYS` days from Monday to Friday, counted from the next day.
    """
    day = at.date()
    left = BUSINESS_DAYS
    while left:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            left -= 1
    return day
