from datetime import UTC, datetime

from novacart.adapters.admin.filters import (
    amount,
    choice,
    from_date,
    parse_filters,
    to_date,
    yes_no,
)

FILTERS = (
    choice("status", "Status", ["PAID"]),
    yes_no("active", "Active"),
    from_date("from", "From"),
    to_date("to", "To"),
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
        "from": datetime(2026, 3, 14, tzinfo=UTC),
        "to": datetime(2026, 3, 15, tzinfo=UTC),
        "total": 100050,
    }


def test_invalid_filter_values_are_ignored() -> None:
    parameters = {"status": "x", "active": "x", "from": "x", "to": "9999-12-31", "total": "x"}
    assert parse_filters(FILTERS, parameters) == {}
