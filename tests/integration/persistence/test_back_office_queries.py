from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from novacart.adapters.persistence.back_office.dashboard import SqlDashboardQueries
from novacart.adapters.persistence.back_office.health import SqlHealthQueries, SqlSystemChecks
from novacart.adapters.persistence.back_office.queries import SqlBackOfficeQueries
from novacart.adapters.persistence.back_office.sales_figures import SqlSalesFigures
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.application.back_office.count_sales import CountSales, RecountSales
from novacart.application.back_office.list_page import ListRequest
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.domain.shared.ids import OrderId, ProductId, UserId
from novacart.domain.shared.money import Money
from tests.support.builders.shop_rows import NOON, insert_rows, order_id, placed_at
from tests.support.clock import SetClock

DAY = date(2026, 3, 14)


@pytest.fixture
def shop(database: Database) -> Database:
    insert_rows(database)
    return database


@pytest.fixture
def queries(shop: Database) -> BackOfficeQueries:
    return SqlBackOfficeQueries(shop, "INR")


def _numbers(queries: BackOfficeQueries, **wanted: object) -> list[str]:
    request = ListRequest(**wanted)  # type: ignore[arg-type]
    return [row.number for row in queries.orders(request).rows]


def test_a_list_is_walked_forwards_and_backwards_without_gap_or_repeat(
    queries: BackOfficeQueries,
) -> None:
    first = queries.orders(ListRequest(limit=5))
    second = queries.orders(ListRequest(limit=5, after=first.next))
    third = queries.orders(ListRequest(limit=5, after=second.next))
    assert [row.number for page in (first, second, third) for row in page.rows] == [
        f"NC-{n:04}" for n in range(12)
    ]
    assert first.previous is None
    assert third.next is None
    assert queries.orders(ListRequest(limit=5, before=third.previous)).rows == second.rows
    back = queries.orders(ListRequest(limit=5, before=second.previous))
    assert back.rows == first.rows
    assert back.previous is None
    assert back.next is not None


def test_equal_sort_values_are_told_apart_by_id(shop: Database, queries: BackOfficeQueries) -> None:
    with shop.writing() as connection:
        connection.execute(update(orders).values(total_minor=700))
        connection.commit()
    seen: list[int] = []
    cursor = None
    for _ in range(6):
        page = queries.orders(ListRequest(sort="total", limit=2, after=cursor))
        seen += [row.id for row in page.rows]
        cursor = page.next
    assert cursor is None
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 12


def test_a_page_may_begin_with_the_smallest(queries: BackOfficeQueries) -> None:
    assert _numbers(queries, sort="total", descending=False, limit=2) == ["NC-0000", "NC-0001"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": "PAID"}, [1, 5, 9]),
        ({"payment_status": "VOIDED"}, [3, 7, 11]),
        ({"payment_method": "COD"}, []),
        ({"user": 1, "status": "PENDING"}, [0, 4, 8]),
        ({"user": 3}, []),
        ({"placed_from": placed_at(1)}, [0, 1]),
        ({"placed_before": placed_at(9)}, [10, 11]),
        ({"total_from": 110000}, [10, 11]),
        ({"total_to": 20000}, [0, 1]),
        ({"nonsense": 1, "status": "PAID"}, [1, 5, 9]),
    ],
)
def test_orders_are_narrowed(
    queries: BackOfficeQueries, filters: dict[str, object], found: list[int]
) -> None:
    assert _numbers(queries, filters=filters) == [f"NC-{n:04}" for n in found]


@pytest.mark.parametrize(
    ("typed", "count"), [("nc-0003", 1), ("ASHA@example.com", 12), ("nobody", 0), ("  ", 12)]
)
def test_orders_are_searched_by_number_or_address(
    queries: BackOfficeQueries, typed: str, count: int
) -> None:
    assert len(_numbers(queries, search=typed)) == count


@pytest.mark.parametrize("cursor", ["nonsense", "W10=", "WzEsIDJd", "eyJhIjoxfQ==", "é"])
def test_a_cursor_that_is_not_ours_is_passed_over(queries: BackOfficeQueries, cursor: str) -> None:
    assert len(_numbers(queries, after=cursor)) == 12


def test_an_order_is_shown_with_all_that_belongs_to_it(queries: BackOfficeQueries) -> None:
    sheet = queries.order(OrderId(order_id(2)))

    assert sheet is not None
    assert sheet.username == "asha"
    assert [line.title for line in sheet.lines] == ["Lamp"]
    assert sheet.lines[0].left == Money(27000, "INR")
    assert sheet.captured == Money(30000, "INR")
    assert sheet.refunded == Money(3000, "INR")
    assert sheet.left == Money(27000, "INR")
    assert [refund.reason for refund in sheet.refunds] == ["Scratched"]
    assert queries.order(OrderId(1)) is None


def test_products_are_listed_with_their_stock(queries: BackOfficeQueries) -> None:
    by_title = queries.products(ListRequest(sort="title", descending=False)).rows
    assert [(row.title, row.available, row.category) for row in by_title] == [
        ("Kettle", 90, "Home"),
        ("Lamp", 3, "Home"),
    ]
    assert [row.id for row in queries.products(ListRequest(search="12")).rows] == [12]
    assert not queries.products(ListRequest(filters={"archived": True})).rows
    assert not queries.products(ListRequest(filters={"in_stock": False})).rows
    sheet = queries.product(ProductId(11))
    assert sheet is not None
    assert sheet.reserved == 2


def test_every_list_answers_on_an_empty_shop_and_on_a_full_one(
    queries: BackOfficeQueries,
) -> None:
    lengths = {
        name: len(getattr(queries, name)(ListRequest(search="", limit=100)).rows)
        for name in (
            "products categories orders payments refunds webhook_events outbox"
            " customers staff audit"
        ).split()
    }
    assert lengths == {
        "products": 2,
        "categories": 1,
        "orders": 12,
        "payments": 6,
        "refunds": 1,
        "webhook_events": 0,
        "outbox": 0,
        "customers": 2,
        "staff": 1,
        "audit": 0,
    }
    for name in lengths:
        getattr(queries, name)(ListRequest(search="x'%_\\"))


def test_a_customer_is_shown_with_orders_and_money(queries: BackOfficeQueries) -> None:
    person = queries.person(UserId(1))

    assert person is not None
    assert person.orders == 12
    assert len(person.recent_orders) == 10
    assert person.spent == Money(10000 * (2 + 3 + 6 + 7 + 10 + 11) - 3000, "INR")
    assert queries.person(UserId(99)) is None


class TestDashboard:
    @pytest.fixture
    def board(self, shop: Database) -> SqlDashboardQueries:
        return SqlDashboardQueries(shop, "INR")

    def test_every_day_of_a_span_is_there(self, board: SqlDashboardQueries) -> None:
        days = board.days(DAY - timedelta(days=2), DAY)

        assert [day.day.day for day in days] == [12, 13, 14]
        assert (days[0].placed, days[0].revenue) == (0, Money.zero("INR"))
        today = days[-1]
        assert (today.placed, today.confirmed, today.paid) == (12, 6, 6)
        assert today.revenue == Money(390000, "INR")
        assert today.refunded == Money(3000, "INR")

    def test_what_was_counted_and_kept_is_what_is_counted_live(
        self, shop: Database, board: SqlDashboardQueries
    ) -> None:
        span = (DAY - timedelta(days=3), DAY + timedelta(days=3))
        live = board.days(*span), board.best_sellers(*span, limit=5)
        clock = SetClock(NOON + timedelta(days=4))
        counted = CountSales(figures=SqlSalesFigures(shop), clock=clock)()

        assert counted == 3
        assert CountSales(figures=SqlSalesFigures(shop), clock=clock)() == 0
        assert (board.days(*span), board.best_sellers(*span, limit=5)) == live

    @pytest.mark.parametrize(
        "span",
        [
            (date(2026, 3, 1), date(2026, 3, 31)),
            (date(2026, 2, 20), date(2026, 5, 3)),
            (date(2026, 3, 2), date(2026, 3, 31)),
            (date(2025, 4, 1), date(2026, 3, 14)),
            (date(2025, 12, 14), date(2026, 3, 14)),
        ],
    )
    def test_best_sellers_are_the_same_by_months_as_by_days(
        self, shop: Database, board: SqlDashboardQueries, span: tuple[date, date]
    ) -> None:
        live = board.best_sellers(*span, limit=5)
        assert [best.units for best in live] == [39]
        clock = SetClock(NOON + timedelta(days=60))
        for act in (CountSales, RecountSales):
            act(figures=SqlSalesFigures(shop), clock=clock)()
            assert board.best_sellers(*span, limit=5) == live

    def test_a_recount_notices_what_changed_later(
        self, shop: Database, board: SqlDashboardQueries
    ) -> None:
        clock = SetClock(NOON + timedelta(days=4))
        CountSales(figures=SqlSalesFigures(shop), clock=clock)()
        with shop.writing() as connection:
            connection.execute(
                update(orders)
                .where(orders.c.id == order_id(0))
                .values(status="PAID", payment_status="PAID", paid_at=NOON)
            )
            connection.commit()
        before = board.days(DAY, DAY)[0].paid
        RecountSales(figures=SqlSalesFigures(shop), clock=clock)()

        assert (before, board.days(DAY, DAY)[0].paid) == (6, 7)

    def test_best_sellers_and_low_stock_and_statuses(self, board: SqlDashboardQueries) -> None:
        [best] = board.best_sellers(DAY, DAY, limit=5)
        assert (best.title, best.units, best.revenue) == ("Lamp", 39, Money(390000, "INR"))
        assert [(row.title, row.available) for row in board.low_stock(at_most=5, limit=5)] == [
            ("Lamp", 3)
        ]
        assert board.orders_by_status(DAY, DAY) == {
            "PENDING": 3,
            "PAID": 3,
            "DELIVERED": 3,
            "CANCELLED": 3,
        }
        assert board.parked().messages == 0


def test_the_newest_result_of_a_check_is_kept(database: Database) -> None:
    at = datetime(2026, 3, 14, tzinfo=UTC)
    results = SqlSystemChecks(database)
    results.record("audit", ok=True, summary="fine", at=at)
    results.record("audit", ok=False, summary="broken", at=at + timedelta(days=1))

    health = SqlHealthQueries(database).health()
    assert [(check.name, check.ok, check.summary) for check in health.checks] == [
        ("audit", False, "broken")
    ]
    assert [(queue.name, queue.waiting, queue.oldest) for queue in health.queues] == [
        ("Outbox", 0, None),
        ("Webhook events", 0, None),
    ]
