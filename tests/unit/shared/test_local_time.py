"""Dates in the shop's time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from novacart.domain.shared.local_time import local_date, start_of_day

KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2027-03-31T18:29:59+00:00", "Asia/Kolkata", date(2027, 3, 31)),
        ("2027-03-31T18:30:00+00:00", "Asia/Kolkata", date(2027, 4, 1)),
        ("2027-01-01T03:00:00+00:00", "America/New_York", date(2026, 12, 31)),
        ("2027-01-01T03:00:00+05:30", "UTC", date(2026, 12, 31)),
    ],
)
def test_local_date_is_the_date_of_the_instant_in_the_zone(
    at: str, zone: str, expected: date
) -> None:
    assert local_date(datetime.fromisoformat(at), ZoneInfo(zone)) == expected


def test_day_starts_at_local_midnight() -> None:
    start = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)
    assert start_of_day(start, KOLKATA) == start
    assert start_of_day(start, KOLKATA).tzinfo is UTC
    assert start_of_day(datetime(2027, 4, 1, 18, 29, tzinfo=UTC), KOLKATA) == start


def test_day_starts_at_local_midnight_when_clocks_change() -> None:
    """Clocks in New York go forward at 02:00 on 8 March 2026."""
    evening = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
    assert start_of_day(evening, ZoneInfo("America/New_York")) == datetime(
        2026, 3, 8, 5, 0, tzinfo=UTC
    )
