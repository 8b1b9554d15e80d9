"""Dates and times in the shop's time zone."""

from datetime import UTC, date, datetime, time, tzinfo


def local_date(at: datetime, zone: tzinfo) -> date:
    """The date in `zone` at an instant (aware)."""
    return at.astimezone(zone).date()


def local_time(at: datetime, zone: tzinfo) -> datetime:
    """The time in `zone` at an instant (aware).

    It is in UTC at the ends of the calendar, such as in the last hours of the year 9999.
    """
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at.astimezone(UTC)


def start_of_day(at: datetime, zone: tzinfo) -> datetime:
    """The start (UTC) of the day in `zone` that contains the instant `at`."""
    return start_of_date(local_date(at, zone), zone)


def start_of_date(day: date, zone: tzinfo) -> datetime:
    """The start (UTC) of a day in `zone`. Raises `OverflowError` at the ends of the calendar."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
