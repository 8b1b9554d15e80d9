"""Delivery estimates."""

from datetime import date, datetime, timedelta
from typing import Final

BUSINESS_DAYS: Final = 5
_SATURDAY: Final = 5


def estimated_delivery(at: datetime) -> date:
    """The estimated delivery date of an order placed `at` (aware, UTC).

    `BUSINESS_DAYS` days from Monday to Friday, counted from the next day.
    """
    day = at.date()
    remaining = BUSINESS_DAYS
    while remaining:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            remaining -= 1
    return day
