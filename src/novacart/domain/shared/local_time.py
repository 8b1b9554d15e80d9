"""Dates in the shop's time zone."""

from datetime import UTC, date, datetime, time, tzinfo


def local_date(at: datetime, zone: tzinfo) -> date:
    """The date in `zone` at an instant (aware)."""
    return at.astimezone(zone).date()


def start_of_day(at: datetime, zone: tzinfo) -> datetime:
    """The start (UTC) of the day in `zone` that contains the instant `at`."""
    return start_of_date(local_date(at, zone), zone)


def start_of_date(day: date, zone: tzinfo) -> datetime:
    """The start (UTC) of a day in `zone`. Raises `OverflowError` at the ends of the calendar."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
