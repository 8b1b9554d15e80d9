from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from novacart.adapters.admin.filters import (
    amount,
    choice,
    from_date,
    parse_filters,
    to_date,
    yes_no,
)

KOLKATA = ZoneInfo("Asia/Kolkata")
FILTERS = (
    choice("status", "Status", ["PAID"]),
    yes_no("active", "Active"),
    from_date("from", "From", KOLKATA),
    to_date("to", "To", KOLKATA),
    amount("total", "Total", "INR"),
)


def test_filters_are_parsed() -> None:
    parameters = {
        "status": "PAID",
        "active": "no",
        "from": "2026-03-14",
        "to": "2026-03-14",
        "total": "1,000.50",
    }
    assert parse_filters(FILTERS, parameters) == {
        "status": "PAID",
        "active": False,
        "from": datetime(2026, 3, 13, 18, 30, tzinfo=UTC),
        "to": datetime(2026, 3, 14, 18, 30, tzinfo=UTC),
        "total": 100050,
    }


def test_invalid_filter_values_are_ignored() -> None:
    parameters = {
        "status": "x",
        "active": "x",
        "from": "0001-01-01",
        "to": "9999-12-31",
        "total": "x",
    }
    assert parse_filters(FILTERS, parameters) == {}
    assert all(each.field(parameters).is_ignored for each in FILTERS)


def test_valid_and_empty_filter_values_are_not_marked() -> None:
    for parameters in (
        {"status": "PAID", "active": "no", "from": "2026-03-14", "total": " 10 "},
        {"status": "", "total": " "},
        {},
    ):
        assert not any(each.field(parameters).is_ignored for each in FILTERS)
