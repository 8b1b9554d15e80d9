from datetime import UTC, date, datetime, timedelta

import pytest

from novacart.adapters.admin import formatting
from novacart.adapters.admin.dashboard.charts import compared
from novacart.adapters.admin.filters import amount, choice, filters_given, flag, from_day, to_day
from novacart.application.authorization.limits import (
    AboveYourLimit,
    StaffLimits,
    ensure_within_limit,
)
from novacart.application.back_office.dashboard import SalesDay
from novacart.application.back_office.order_actions import OrderAction, offered_actions
from novacart.application.back_office.policy import BackOfficePolicy
from novacart.domain.accounts.role import Role
from novacart.domain.shared.money import Money

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount_", "said"),
    [
        (Money(123456789, "INR"), "₹1,234,567.89"),
        (Money(-5, "USD"), "−$0.05"),
        (Money(1234, "JPY"), "JPY 1,234"),
        (Money(0, "EUR"), "€0.00"),
    ],
)
def test_money_is_grouped_and_signed(amount_: Money, said: str) -> None:
    assert formatting.money(amount_) == said


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (timedelta(seconds=59), "59 s ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=25), "1 d ago"),
        (timedelta(seconds=-5), "0 s ago"),
    ],
)
def test_how_long_ago_is_told_in_one_unit(gone: timedelta, said: str) -> None:
    assert formatting.ago(NOON - gone, NOON) == said


def test_what_people_typed_is_never_markup() -> None:
    assert "<b>" not in formatting.pill("<b>")
    assert "<b>" not in formatting.code("<b>")
    assert '"x' not in formatting.thumbnail('"x').replace('src="', "").replace('""', "")


def test_filters_take_what_they_know_and_pass_over_the_rest() -> None:
    offered = (
        choice("status", "Status", ["PAID"]),
        flag("active", "Active"),
        from_day("from", "From"),
        to_day("to", "To"),
        amount("total", "Total", "INR"),
    )
    given = {"status": "PAID", "active": "no", "from": "2026-03-14", "to": "2026-03-14"}
    assert filters_given(offered, given | {"total": "1,000.50"}) == {
        "status": "PAID",
        "active": False,
        "from": datetime(2026, 3, 14, tzinfo=UTC),
        "to": datetime(2026, 3, 15, tzinfo=UTC),
        "total": 100050,
    }
    nonsense = {"status": "x", "active": "x", "from": "x", "to": "9999-12-31", "total": "x"}
    assert filters_given(offered, nonsense) == {}


def _day(ago: int, *, paid: int, revenue: int) -> SalesDay:
    return SalesDay(
        day=date(2026, 3, 14) - timedelta(days=ago),
        placed=2 * paid,
        confirmed=paid,
        paid=paid,
        revenue=Money(revenue, "INR"),
        refunded=Money(0, "INR"),
    )


def test_a_span_is_held_against_the_one_before() -> None:
    days = [_day(3, paid=1, revenue=100), _day(2, paid=1, revenue=100)]
    days += [_day(1, paid=2, revenue=250), _day(0, paid=1, revenue=50)]
    found = compared(days, 2)
    assert (found.first, found.last) == (date(2026, 3, 13), date(2026, 3, 14))
    assert found.now.average == Money(100, "INR")
    assert found.now.conversion == 50
    assert found.changes == {
        "revenue": 50,
        "placed": 50,
        "average": 0,
        "refunded": None,
        "conversion": 0,
    }
    assert found.series()["revenue"] == [2.5, 0.5]


def test_only_what_the_lifecycle_allows_is_offered() -> None:
    assert offered_actions(status="PENDING", payment_method="ONLINE") == (OrderAction.CANCEL,)
    assert offered_actions(status="PAID", payment_method="ONLINE", refundable=True) == (
        OrderAction.PROCESS,
        OrderAction.REFUND,
    )
    assert offered_actions(status="PROCESSING", payment_method="COD") == (
        OrderAction.SHIP,
        OrderAction.CANCEL,
    )
    assert offered_actions(status="DELIVERED", payment_method="COD") == ()


def test_support_gives_back_up_to_its_limit() -> None:
    policy = BackOfficePolicy(limits=StaffLimits(support=Money(500000, "INR")))
    limit = policy.limits.limit_for(Role.SUPPORT, "orders.refund")
    ensure_within_limit(limit, Money(500000, "INR"))
    with pytest.raises(AboveYourLimit):
        ensure_within_limit(limit, Money(500001, "INR"))
    for role in (Role.OWNER, Role.MANAGER):
        ensure_within_limit(policy.limits.limit_for(role, "orders.refund"), Money(500001, "INR"))
