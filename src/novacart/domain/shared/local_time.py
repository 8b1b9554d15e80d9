"""Dates in the shop's time zone."""

from datetime import UTC, date, datetime, time, tzinfo


def local_date(at: datetime, zone: tzinfo) -> date:
    """The date in `zone` at an instant (aware)."""
    return at.astimezone(zone).date()


def start_of_day(at: datetime, zone: tzinfo) -> datetime:
    """The start (UTC) of the day in `zone` that contains the instant `at`."""
    return datetime.combine(local_date(at, zone), time(), tzinfo=zone).astimezone(UTC)
