"""Delivery estimates."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from novacart.domain.shared.local_time import local_date

BUSINESS_DAYS: Final = 5
_SATURDAY: Final = 5


def estimated_delivery(at: datetime, zone: tzinfo) -> date:
    """The estimated delivery date in `zone` of an order placed `at` (aware).

    `BUSINESS_DAYS` days from Monday to Friday, counted from the next day.
    """
    day = local_date(at, zone)
    remaining = BUSINESS_DAYS
    while remaining:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            remaining -= 1
    return day
