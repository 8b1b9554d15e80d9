from dataclasses import replace
from datetime import date, timedelta

from novacart.adapters.admin.dashboard.charts import compare
from novacart.application.back_office.dashboard import SalesDay
from novacart.domain.shared.money import Money


def _day(days_ago: int, *, paid: int, revenue: int) -> SalesDay:
    return SalesDay(
        day=date(2026, 3, 14) - timedelta(days=days_ago),
        placed=2 * paid,
        confirmed=paid,
        paid=paid,
        revenue=Money(revenue, "INR"),
        refunded=Money(0, "INR"),
        disputed=Money(revenue // 10, "INR"),
    )


def test_period_is_compared_with_the_previous_period() -> None:
    days = [_day(3, paid=1, revenue=100), _day(2, paid=1, revenue=100)]
    days += [_day(1, paid=2, revenue=250), _day(0, paid=1, revenue=50)]
    comparison = compare(days, 2)
    assert (comparison.first, comparison.last) == (date(2026, 3, 13), date(2026, 3, 14))
    assert comparison.current.average == Money(100, "INR")
    assert comparison.current.conversion == 50
    assert comparison.changes == {
        "revenue": 50,
        "placed": 50,
        "average": 0,
        "refunded": None,
        "disputed": 50,
        "net_revenue": 50,
        "conversion": 0,
    }
    assert comparison.series()["revenue"] == [2.5, 0.5]


def test_total_below_zero_has_no_change_in_per_cent() -> None:
    days = [_day(1, paid=1, revenue=0), _day(0, paid=1, revenue=100)]
    days[0] = replace(days[0], refunded=Money(50, "INR"))
    comparison = compare(days, 1)
    assert comparison.previous.net_revenue == Money(-50, "INR")
    assert comparison.changes["net_revenue"] is None
