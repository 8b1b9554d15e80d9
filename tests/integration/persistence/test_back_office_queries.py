from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert, select, update

from novacart.adapters.persistence.back_office import best_sellers
from novacart.adapters.persistence.back_office.daily_sales import SqlSalesFigures
from novacart.adapters.persistence.back_office.dashboard import SqlDashboardQueries
from novacart.adapters.persistence.back_office.operations import SqlHealthQueries, SqlSystemChecks
from novacart.adapters.persistence.back_office.queries import SqlBackOfficeQueries
from novacart.adapters.persistence.back_office.stock_ledger import PAGE_SIZE
from novacart.adapters.persistence.back_office.tables import (
    sales_day_products,
    sales_days,
    sales_month_products,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import disputes, webhook_events
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.back_office.count_sales import CountSales, RecountSales
from novacart.application.back_office.list_query import ListQuery
from novacart.application.back_office.operations import CheckStatus, QueueStatus
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.domain.catalog.stock import StockClaim
from novacart.domain.payments.lifecycle import DisputeStatus
from novacart.domain.shared.ids import (
    OptionId,
    OptionValueId,
    OrderId,
    PaymentId,
    ProductId,
    UserId,
    VariantId,
)
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import (
    a_category,
    a_product,
    a_variant,
    add_categories,
    add_product,
    an_option,
    details,
    variant_details,
)
from tests.support.builders.shop_rows import NOON, insert_rows, order_id, placed_at
from tests.support.clock import SetClock
from tests.support.search_pairs import FOUND, NOT_FOUND, TITLES

DAY = date(2026, 3, 14)


@pytest.fixture
def shop(database: Database) -> Database:
    insert_rows(database)
    return database


@pytest.fixture
def queries(shop: Database) -> BackOfficeQueries:
    return SqlBackOfficeQueries(shop, "INR")


def add_dispute(shop: Database, number: int, **values: object) -> None:
    """A dispute over 30.00 of the payment of order `number`."""
    values = {"status": "NEEDS_RESPONSE", "withdrawn_at": None, "reinstated_at": None} | values
    with shop.writing() as connection:
        connection.execute(
            insert(disputes).values(
                reference=f"dp_{number}",
                payment_id=7000 + number,
                amount_minor=3_000,
                currency="INR",
                withdrawn=values["withdrawn_at"] is not None,
                reinstated=values["reinstated_at"] is not None,
                opened_at=NOON,
                **values,
            )
        )
        connection.commit()


def test_dispute_reduces_what_is_left_and_filters_lists(
    shop: Database, queries: BackOfficeQueries
) -> None:
    add_dispute(shop, 2, withdrawn_at=NOON, due_by=NOON + timedelta(days=7))
    order, payment = queries.order(OrderId(order_id(2))), queries.payment(PaymentId(7002))
    assert order is not None
    assert payment is not None
    # 300.00 captured, 30.00 refunded, 30.00 withheld.
    assert order.refundable == payment.refundable == Money(24_000, "INR")
    assert order.withheld == payment.withheld == Money(3_000, "INR")
    assert order.dispute is payment.dispute is DisputeStatus.NEEDS_RESPONSE
    assert order.is_at_risk
    assert order.disputes == payment.disputes
    (dispute,) = order.disputes
    assert (dispute.amount, dispute.due_by) == (Money(3_000, "INR"), NOON + timedelta(days=7))
    assert _numbers(queries, filters={"dispute": "NEEDS_RESPONSE"}) == ["NC-0002"]
    assert _numbers(queries, filters={"dispute": "LOST"}) == []
    filtered = queries.payments(ListQuery(filters={"dispute": "NEEDS_RESPONSE"})).rows
    assert [row.id for row in filtered] == [7002]
    account = queries.account(UserId(1))
    assert account is not None
    before = account.spent
    with shop.writing() as connection:
        connection.execute(update(disputes).values(reinstated=True, reinstated_at=NOON))
        connection.commit()
    account = queries.account(UserId(1))
    assert account is not None
    assert account.spent == before + Money(3_000, "INR")
    won = queries.order(OrderId(order_id(2)))
    assert won is not None
    assert won.refundable == Money(27_000, "INR")


def _numbers(queries: BackOfficeQueries, **parameters: object) -> list[str]:
    query = ListQuery(**parameters)  # type: ignore[arg-type]
    return [row.number for row in queries.orders(query).rows]


def test_pages_forwards_and_backwards_have_no_gaps_or_repeats(
    queries: BackOfficeQueries,
) -> None:
    first = queries.orders(ListQuery(limit=5))
    second = queries.orders(ListQuery(limit=5, after=first.next))
    third = queries.orders(ListQuery(limit=5, after=second.next))
    assert [row.number for page in (first, second, third) for row in page.rows] == [
        f"NC-{n:04}" for n in range(12)
    ]
    assert first.previous is None
    assert third.next is None
    assert queries.orders(ListQuery(limit=5, before=third.previous)).rows == second.rows
    back = queries.orders(ListQuery(limit=5, before=second.previous))
    assert back.rows == first.rows
    assert back.previous is None
    assert back.next is not None


def test_equal_sort_values_are_ordered_by_id(shop: Database, queries: BackOfficeQueries) -> None:
    with shop.writing() as connection:
        connection.execute(update(orders).values(total_minor=700))
        connection.commit()
    seen: list[int] = []
    cursor = None
    for _ in range(6):
        page = queries.orders(ListQuery(sort="total", limit=2, after=cursor))
        seen += [row.id for row in page.rows]
        cursor = page.next
    assert cursor is None
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 12


def test_ascending_sort_starts_with_the_smallest(queries: BackOfficeQueries) -> None:
    assert _numbers(queries, sort="total", descending=False, limit=2) == ["NC-0000", "NC-0001"]


@pytest.mark.parametrize(
    ("filters", "numbers"),
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
        ({"unknown": 1, "status": "PAID"}, [1, 5, 9]),
    ],
)
def test_filter_orders(
    queries: BackOfficeQueries, filters: dict[str, object], numbers: list[int]
) -> None:
    assert _numbers(queries, filters=filters) == [f"NC-{n:04}" for n in numbers]


@pytest.mark.parametrize(
    ("text", "count"), [("nc-0003", 1), ("ASHA@example.com", 12), ("unknown", 0), ("  ", 12)]
)
def test_search_orders_by_number_or_email(
    queries: BackOfficeQueries, text: str, count: int
) -> None:
    assert len(_numbers(queries, search=text)) == count


@pytest.mark.parametrize("cursor", ["invalid", "W10=", "WzEsIDJd", "eyJhIjoxfQ==", "é"])
def test_invalid_cursor_is_ignored(queries: BackOfficeQueries, cursor: str) -> None:
    assert len(_numbers(queries, after=cursor)) == 12


def test_order_detail_includes_lines_payments_and_refunds(queries: BackOfficeQueries) -> None:
    detail = queries.order(OrderId(order_id(2)))

    assert detail is not None
    assert detail.username == "asha"
    assert [line.title for line in detail.lines] == ["Lamp"]
    assert detail.lines[0].refundable == Money(27000, "INR")
    assert detail.captured == Money(30000, "INR")
    assert detail.refunded == Money(3000, "INR")
    assert detail.refundable == Money(27000, "INR")
    assert [refund.reason for refund in detail.refunds] == ["Scratched"]
    assert queries.order(OrderId(1)) is None


def test_products_have_stock_and_category(queries: BackOfficeQueries) -> None:
    by_title = queries.products(ListQuery(sort="title", descending=False)).rows
    assert [(row.title, row.available, row.category) for row in by_title] == [
        ("Kettle", 90, "Home"),
        ("Lamp", 3, "Home"),
    ]
    assert [row.id for row in queries.products(ListQuery(search="12")).rows] == [12]
    assert not queries.products(ListQuery(filters={"archived": True})).rows
    assert not queries.products(ListQuery(filters={"in_stock": False})).rows
    detail = queries.product(ProductId(11))
    assert detail is not None
    assert detail.reserved == 2


def test_stock_ledger_explains_each_unit(queries: BackOfficeQueries, shop: Database) -> None:
    begin = SqlUnitOfWorkFactory(shop, ContextVarRequestContexts())
    lamp = add_product(begin, a_product(50), 60)
    variant_id, hour = VariantId(lamp), timedelta(hours=1)
    with begin() as work:
        for number, quantity in ((0, 10), (1, 3), (2, 4), (3, 2)):
            claim = StockClaim(
                variant_id=variant_id,
                product_id=lamp,
                quantity=quantity,
                reference=f"line:{number}:reserve",
                order_id=OrderId(order_id(number)),
            )
            work.stock.reserve([claim], at=NOON + (number + 1) * hour)
            if number < 2:
                reference = f"line:{number}:end"
                move = work.stock.sell if number == 0 else work.stock.release
                move([replace(claim, reference=reference)], at=NOON + (number + 5) * hour)
            if number == 0:
                work.stock.take_back(
                    [replace(claim, quantity=1, reference="line:0:return")], at=NOON + 7 * hour
                )
        work.stock.adjust(variant_id, -4, reason="Broken", at=NOON + 8 * hour)
        work.commit()
    ledger = queries.stock_ledger(variant_id, at=NOON + 9 * hour)
    assert (ledger.on_hand, ledger.reserved, ledger.available) == (47, 6, 41)
    assert [(each.kind.value, each.on_hand, each.reserved) for each in ledger.totals] == [
        ("adjust", 56, 0),
        ("reserve", 0, 19),
        ("release", 0, -3),
        ("sell", -10, -10),
        ("take_back", 1, 0),
    ]
    assert [(each.order_number, each.units) for each in ledger.reservations] == [
        ("NC-0002", 4),
        ("NC-0003", 2),
    ]
    assert ledger.other_reserved == 0
    newest, *_, first = ledger.entries
    assert (newest.note, newest.on_hand_delta, newest.available) == ("Broken", -4, 41)
    assert (first.note, first.on_hand, first.reserved) == ("Delivery", 60, 0)
    assert not ledger.has_more
    for entry in ledger.entries:
        then = queries.stock_ledger(variant_id, at=entry.occurred_at)
        assert (then.on_hand, then.reserved) == (entry.on_hand, entry.reserved)
        assert then.entries[0] == entry
    before = queries.stock_ledger(variant_id, at=NOON - hour)
    assert (before.available, list(before.entries), list(before.totals)) == (0, [], [])


def test_stock_ledger_has_pages(queries: BackOfficeQueries, shop: Database) -> None:
    begin = SqlUnitOfWorkFactory(shop, ContextVarRequestContexts())
    add_product(begin, a_product(50), 1)
    with begin() as work:
        for number in range(PAGE_SIZE + 4):
            work.stock.adjust(VariantId(50), 1, reason=f"Count {number}", at=NOON)
        work.commit()
    first, second = (queries.stock_ledger(VariantId(50), at=NOON, page=page) for page in (1, 2))
    assert (len(first.entries), first.has_more) == (PAGE_SIZE, True)
    assert (len(second.entries), second.has_more) == (5, False)
    assert second.entries[0].on_hand == first.entries[-1].on_hand - 1
    assert (first.available, second.available) == (PAGE_SIZE + 5, PAGE_SIZE + 5)


def test_product_search_folds_and_splits_like_the_shop(
    queries: BackOfficeQueries, database: Database
) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    for number, title in enumerate(TITLES):
        product = a_product(500 + number, details(title=title))
        if number % 2:
            product.archive(at=NOON)
        add_product(begin, product)

    def is_found(query: str, title: str) -> bool:
        number = TITLES.index(title)
        search = ListQuery(search=query, filters={"archived": bool(number % 2)}, limit=200)
        return 500 + number in {row.id for row in queries.products(search).rows}

    assert [pair for pair in FOUND if not is_found(*pair)] == []
    assert [pair for pair in NOT_FOUND if is_found(*pair)] == []


def test_product_is_found_by_the_sku_of_an_archived_variant(
    queries: BackOfficeQueries, database: Database
) -> None:
    shirt = a_product(500, details(title="Shirt", sku="SH-S"))
    shirt.add_option(an_option(600, "Size", "S", "M"), existing="S", at=NOON)
    values = {OptionId(600): OptionValueId(602)}
    medium = a_variant(501, values, variant_details(sku="SH-M"))
    shirt.add_variants([medium], at=NOON)
    shirt.archive_variant(medium.id, at=NOON)
    add_product(SqlUnitOfWorkFactory(database, ContextVarRequestContexts()), shirt)
    assert [row.id for row in queries.products(ListQuery(search="SH-M")).rows] == [500]
    assert queries.products(ListQuery(search="SH-L")).rows == []


def test_category_search_folds_and_splits_like_the_shop(
    queries: BackOfficeQueries, database: Database
) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_categories(
        begin,
        *(
            a_category(500 + number, f"category-{number}", name=title)
            for number, title in enumerate(TITLES)
        ),
    )

    def is_found(query: str, title: str) -> bool:
        rows = queries.categories(ListQuery(search=query, limit=200)).rows
        return title in {row.name for row in rows}

    assert [pair for pair in FOUND if not is_found(*pair)] == []
    assert [pair for pair in NOT_FOUND if is_found(*pair)] == []


def test_products_are_filtered_by_brand_without_case_and_spaces(
    queries: BackOfficeQueries, database: Database
) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    for number, brand in enumerate(["Tea House", "TEA  house"]):
        add_product(begin, a_product(500 + number, details(brand=brand)))
    rows = queries.products(ListQuery(filters={"brand": " tea house"})).rows
    assert {row.id for row in rows} == {500, 501}


def test_every_list_accepts_any_search_text(
    queries: BackOfficeQueries,
) -> None:
    lengths = {
        name: len(getattr(queries, name)(ListQuery(search="", limit=100)).rows)
        for name in (
            "products categories orders payments refunds webhook_events outbox"
            " customers staff audit_log"
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
        "audit_log": 0,
    }
    for name in lengths:
        getattr(queries, name)(ListQuery(search="x'%_\\"))


def test_account_detail_includes_orders_and_spending(queries: BackOfficeQueries) -> None:
    account = queries.account(UserId(1))

    assert account is not None
    assert account.orders == 12
    assert len(account.recent_orders) == 10
    assert account.spent == Money(10000 * (2 + 3 + 6 + 7 + 10 + 11) - 3000, "INR")
    assert queries.account(UserId(99)) is None


def pay_orders(shop: Database, paid_at: datetime, *numbers: int) -> None:
    """Change when orders were placed and paid."""
    with shop.writing() as connection:
        connection.execute(
            update(orders)
            .where(orders.c.id.in_([order_id(number) for number in numbers]))
            .values(placed_at=paid_at, paid_at=paid_at)
        )
        connection.commit()


def assert_months_are_sums_of_days(shop: Database) -> None:
    months = sales_month_products.c
    with shop.reading() as connection:
        sums: dict[tuple[date, int], tuple[int, int]] = {}
        for row in connection.execute(select(sales_day_products)):
            key = row.day.replace(day=1), row.product_id
            units, revenue = sums.get(key, (0, 0))
            sums[key] = units + row.units, revenue + row.revenue_minor
        stored = connection.execute(
            select(months.month, months.product_id, months.units, months.revenue_minor)
        )
        assert {(row[0], row[1]): (row[2], row[3]) for row in stored} == sums


@contextmanager
def killed_at(shop: Database, statement: str, number: int) -> Iterator[None]:
    """Interrupt the block before it executes a statement for the `number`th time."""
    seen = 0

    def kill(_: object, __: object, executed: str, *___: object) -> None:
        nonlocal seen
        seen += executed.startswith(statement)
        if seen == number:
            raise KeyboardInterrupt

    event.listen(shop.engine, "before_cursor_execute", kill)
    with pytest.raises(KeyboardInterrupt):
        yield
    event.remove(shop.engine, "before_cursor_execute", kill)


class TestDashboard:
    @pytest.fixture
    def dashboard(self, shop: Database) -> SqlDashboardQueries:
        return SqlDashboardQueries(shop, "INR", UTC)

    def test_days_include_days_without_orders(self, dashboard: SqlDashboardQueries) -> None:
        days = dashboard.days(DAY - timedelta(days=2), DAY)

        assert [day.day.day for day in days] == [12, 13, 14]
        assert (days[0].placed, days[0].revenue) == (0, Money.zero("INR"))
        today = days[-1]
        assert (today.placed, today.confirmed, today.paid) == (12, 6, 6)
        assert today.revenue == Money(390000, "INR")
        assert today.refunded == Money(3000, "INR")

    def test_stored_figures_equal_live_figures(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        period = (DAY - timedelta(days=3), DAY + timedelta(days=3))
        live = dashboard.days(*period), dashboard.best_sellers(*period, limit=5)
        clock = SetClock(NOON + timedelta(days=4))
        counted = CountSales(figures=SqlSalesFigures(shop, UTC), clock=clock, zone=UTC)()

        assert counted == 3
        assert CountSales(figures=SqlSalesFigures(shop, UTC), clock=clock, zone=UTC)() == 0
        assert (dashboard.days(*period), dashboard.best_sellers(*period, limit=5)) == live

    def test_best_sellers_by_month_equal_best_sellers_by_day(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        periods = [
            (date(2026, 3, 1), date(2026, 3, 31)),
            (date(2026, 2, 20), date(2026, 5, 3)),
            (date(2026, 3, 2), date(2026, 3, 31)),
            (date(2025, 4, 1), date(2026, 3, 14)),
            (date(2025, 12, 14), date(2026, 3, 14)),
        ]
        live = {period: dashboard.best_sellers(*period, limit=5) for period in periods}
        assert [[best.units for best in each] for each in live.values()] == [[39]] * 5
        clock = SetClock(NOON + timedelta(days=60))
        for use_case in (CountSales, RecountSales):
            use_case(figures=SqlSalesFigures(shop, UTC), clock=clock, zone=UTC)()
            assert {each: dashboard.best_sellers(*each, limit=5) for each in periods} == live

    @pytest.mark.parametrize("candidates", [1, 2])
    def test_product_that_is_second_on_each_day_is_a_best_seller(
        self,
        shop: Database,
        dashboard: SqlDashboardQueries,
        monkeypatch: pytest.MonkeyPatch,
        candidates: int,
    ) -> None:
        """With one candidate a day, the kettle is none; then all products are summed."""
        monkeypatch.setattr(best_sellers, "_CANDIDATES", candidates)
        days = [date(2026, 1, 30), date(2026, 1, 31)]
        with shop.writing() as connection:
            for day in days:
                figures = dict.fromkeys(
                    ("placed", "confirmed", "paid", "revenue_minor", "refunded_minor"), 0
                )
                connection.execute(
                    insert(sales_days).values(day=day, counted_at=NOON, timezone="UTC", **figures)
                )
                for product_id, units in ((11, 3), (12, 2)):
                    connection.execute(
                        insert(sales_day_products).values(
                            day=day, product_id=product_id, units=units, revenue_minor=100
                        )
                    )
            connection.commit()
        best = dashboard.best_sellers(*days, limit=2)
        assert [(row.title, row.units) for row in best] == [("Lamp", 6), ("Kettle", 4)]

    def test_best_sellers_read_live_orders_once(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        period = (DAY - timedelta(days=3), DAY)
        live = dashboard.best_sellers(*period, limit=5)
        SqlSalesFigures(shop, UTC).count([DAY - timedelta(days=1)], at=NOON)
        statements: list[str] = []
        event.listen(
            shop.engine,
            "before_cursor_execute",
            lambda _, __, statement, *___: statements.append(statement),
        )
        assert dashboard.best_sellers(*period, limit=5) == live
        assert len([each for each in statements if "order_lines" in each]) == 1

    def test_day_that_is_counted_meanwhile_does_not_count_twice(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        """Right after the last stored day was read, the next one is stored."""
        period = (DAY - timedelta(days=3), DAY)
        live = dashboard.best_sellers(*period, limit=5)
        figures = SqlSalesFigures(shop, UTC)
        figures.count([DAY - timedelta(days=1)], at=NOON)
        is_counted = False

        def count(_: object, __: object, statement: str, *___: object) -> None:
            nonlocal is_counted
            if not is_counted and "max(sales_days.day)" in statement:
                is_counted = True
                figures.count([DAY], at=NOON)

        event.listen(shop.engine, "after_cursor_execute", count)
        assert dashboard.best_sellers(*period, limit=5) == live
        assert is_counted
        assert dashboard.best_sellers(*period, limit=5) == live

    def test_interrupted_count_keeps_the_days_before_and_is_repeated(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        for number, day in ((1, 1), (5, 2), (9, 3)):
            pay_orders(shop, NOON - timedelta(days=day), number)
        period = (DAY - timedelta(days=5), DAY)
        live = dashboard.days(*period), dashboard.best_sellers(*period, limit=5)
        figures = SqlSalesFigures(shop, UTC)
        days = [DAY - timedelta(days=each) for each in (3, 2, 1, 0)]
        with killed_at(shop, "INSERT INTO sales_days", 3):
            figures.count(days, at=NOON)
        assert figures.uncounted(until=DAY, limit=9) == days[2:]
        assert_months_are_sums_of_days(shop)
        assert (dashboard.days(*period), dashboard.best_sellers(*period, limit=5)) == live
        figures.count(days[2:], at=NOON)
        assert figures.uncounted(until=DAY, limit=9) == []
        assert_months_are_sums_of_days(shop)
        assert (dashboard.days(*period), dashboard.best_sellers(*period, limit=5)) == live

    def test_months_follow_the_sales_of_recounted_days(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        figures = SqlSalesFigures(shop, UTC)
        days = [DAY - timedelta(days=1), DAY]
        figures.count(days, at=NOON)
        for numbers, paid_at in (
            ((1,), NOON - timedelta(days=1)),
            ((1, 2, 5), NOON + timedelta(days=60)),
            ((1,), NOON),
            (range(12), NOON + timedelta(days=60)),
        ):
            pay_orders(shop, paid_at, *numbers)
            figures.count(days, at=NOON)
            assert_months_are_sums_of_days(shop)
        assert dashboard.best_sellers(date(2026, 3, 1), date(2026, 3, 31), limit=5) == []

    def test_disputes_count_on_the_days_on_which_their_money_moved(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        add_dispute(shop, 1, withdrawn_at=NOON)
        add_dispute(shop, 2, withdrawn_at=NOON, reinstated_at=NOON + timedelta(days=2))
        clock = SetClock(NOON + timedelta(days=4))
        for count in (None, CountSales, RecountSales):
            if count is not None:
                count(figures=SqlSalesFigures(shop, UTC), clock=clock, zone=UTC)()
            days = dashboard.days(DAY, DAY + timedelta(days=3))
            assert [day.disputed.amount for day in days] == [6_000, 0, -3_000, 0]
            for day in days:
                assert day.net_revenue == day.revenue - day.refunded - day.disputed

    def test_open_disputes_are_listed_by_deadline(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        add_dispute(shop, 1, due_by=NOON + timedelta(days=9))
        add_dispute(shop, 2, due_by=None)
        add_dispute(shop, 5, status="UNDER_REVIEW", due_by=NOON + timedelta(days=7))
        add_dispute(shop, 6, status="LOST", due_by=NOON + timedelta(days=1))
        listed = dashboard.open_disputes(limit=5)
        assert [dispute.reference for dispute in listed] == ["dp_5", "dp_1", "dp_2"]
        assert [dispute.reference for dispute in dashboard.open_disputes(limit=1)] == ["dp_5"]

    def test_recount_includes_later_changes(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        clock = SetClock(NOON + timedelta(days=4))
        CountSales(figures=SqlSalesFigures(shop, UTC), clock=clock, zone=UTC)()
        with shop.writing() as connection:
            connection.execute(
                update(orders)
                .where(orders.c.id == order_id(0))
                .values(status="PAID", payment_status="PAID", paid_at=NOON)
            )
            connection.commit()
        before = dashboard.days(DAY, DAY)[0].paid
        RecountSales(figures=SqlSalesFigures(shop, UTC), clock=clock, zone=UTC)()

        assert (before, dashboard.days(DAY, DAY)[0].paid) == (6, 7)

    @pytest.mark.parametrize(
        ("zone", "first", "second"),
        [
            # Midnight in India, in New York on the day that clocks go forward, and in UTC.
            ("Asia/Kolkata", "2026-03-13T18:29:59", "2026-03-13T18:30:00"),
            ("America/New_York", "2026-03-08T04:59:59", "2026-03-08T05:00:00"),
            ("America/New_York", "2026-03-09T03:59:59", "2026-03-09T04:00:00"),
            ("UTC", "2026-03-13T23:59:59", "2026-03-14T00:00:00"),
        ],
    )
    def test_days_are_local_days(self, shop: Database, zone: str, first: str, second: str) -> None:
        local = ZoneInfo(zone)
        moments = [datetime.fromisoformat(f"{text}+00:00") for text in (first, second)]
        with shop.writing() as connection:
            for number, moment in zip((1, 5), moments, strict=True):
                connection.execute(
                    update(orders)
                    .where(orders.c.id == order_id(number))
                    .values(placed_at=moment, paid_at=moment)
                )
            connection.commit()
        day = moments[1].astimezone(local).date()
        period = (day - timedelta(days=1), day)
        dashboard = SqlDashboardQueries(shop, "INR", local)
        live = dashboard.days(*period)
        before, after = live
        assert before.day == moments[0].astimezone(local).date()
        assert before.revenue == Money(20000, "INR")
        assert after.revenue.amount in {60000, 60000 + 390000 - 80000}
        statuses = dashboard.orders_by_status(before.day, before.day)
        assert statuses == {"PAID": 1}
        [best] = dashboard.best_sellers(before.day, before.day, limit=5)
        assert best.units == 2

        clock = SetClock(NOON + timedelta(days=4))
        CountSales(figures=SqlSalesFigures(shop, local), clock=clock, zone=local)()
        assert dashboard.days(*period) == live
        assert dashboard.best_sellers(before.day, before.day, limit=5) == [best]

    def test_figures_of_another_time_zone_are_counted_again(self, shop: Database) -> None:
        moment = datetime(2026, 3, 13, 20, tzinfo=UTC)
        with shop.writing() as connection:
            connection.execute(
                update(orders)
                .where(orders.c.id == order_id(1))
                .values(placed_at=moment, paid_at=moment)
            )
            connection.commit()
        clock = SetClock(NOON + timedelta(days=4))
        kolkata = ZoneInfo("Asia/Kolkata")
        CountSales(figures=SqlSalesFigures(shop, UTC), clock=clock, zone=UTC)()
        in_utc = SqlDashboardQueries(shop, "INR", UTC)
        local = SqlDashboardQueries(shop, "INR", kolkata)
        first = DAY - timedelta(days=1)
        assert [day.placed for day in in_utc.days(first, DAY)] == [1, 11]
        assert [day.placed for day in local.days(first, DAY)] == [0, 12]
        assert local.best_sellers(first, first, limit=5) == []

        figures = SqlSalesFigures(shop, kolkata)
        with killed_at(shop, "DELETE FROM sales_days", 2):
            figures.delete_other_timezones()
        assert_months_are_sums_of_days(shop)
        assert [day.placed for day in local.days(first, DAY)] == [0, 12]
        assert [best.units for best in local.best_sellers(DAY, DAY, limit=5)] == [39]
        assert CountSales(figures=figures, clock=clock, zone=kolkata)() > 0
        assert [day.placed for day in local.days(first, DAY)] == [0, 12]
        assert local.best_sellers(first, first, limit=5) == []
        with shop.reading() as connection:
            zones = set(connection.execute(select(sales_days.c.timezone)).scalars())
        assert zones == {"Asia/Kolkata"}
        assert_months_are_sums_of_days(shop)

    def test_best_sellers_low_stock_and_statuses(self, dashboard: SqlDashboardQueries) -> None:
        [best] = dashboard.best_sellers(DAY, DAY, limit=5)
        assert (best.title, best.units, best.revenue) == ("Lamp", 39, Money(390000, "INR"))
        assert [(row.title, row.available) for row in dashboard.low_stock(at_most=5, limit=5)] == [
            ("Lamp", 3)
        ]
        assert dashboard.orders_by_status(DAY, DAY) == {
            "PENDING": 3,
            "PAID": 3,
            "DELIVERED": 3,
            "CANCELLED": 3,
        }

    def test_statuses_are_those_of_one_moment(
        self, shop: Database, dashboard: SqlDashboardQueries
    ) -> None:
        """A pending order gets another date right after orders were counted."""
        is_changed = False

        def change(_: object, __: object, statement: str, *___: object) -> None:
            nonlocal is_changed
            if is_changed or "FROM orders" not in statement:
                return
            is_changed = True
            with shop.writing() as connection:
                connection.execute(
                    update(orders)
                    .where(orders.c.id == order_id(0))
                    .values(placed_at=NOON - timedelta(days=9))
                )
                connection.commit()

        event.listen(shop.engine, "after_cursor_execute", change)
        others = {"PAID": 3, "DELIVERED": 3, "CANCELLED": 3}
        assert dashboard.orders_by_status(DAY, DAY) == others | {"PENDING": 3}
        assert dashboard.orders_by_status(DAY, DAY) == others | {"PENDING": 2}


def test_health_shows_latest_check_result_its_last_success_and_queues(database: Database) -> None:
    at = datetime(2026, 3, 14, tzinfo=UTC)
    checks = SqlSystemChecks(database)
    checks.record("audit", ok=True, summary="fine", at=at)
    checks.record("audit", ok=False, summary="broken", at=at + timedelta(days=1))

    health = SqlHealthQueries(database).health()
    assert health.checks == [
        CheckStatus(
            name="audit",
            ok=False,
            summary="broken",
            checked_at=at + timedelta(days=1),
            passed_at=at,
        )
    ]
    assert health.queues == [
        QueueStatus(name=name, pending=0, next_attempt_at=None, parked=0)
        for name in ("Outbox", "Webhook events")
    ]


def test_health_shows_how_many_items_are_pending_and_since_when_they_are_due(
    database: Database,
) -> None:
    at = datetime(2026, 3, 14, tzinfo=UTC)
    # State, and when the item is due, in hours after `at`.
    items = [("handled", 0), ("pending", 9), ("pending", 5), ("parked", 3)]
    with database.writing() as connection:
        for number, (state, due) in enumerate(items, start=1):
            item = {
                "payload": "{}",
                "state": state,
                "attempts": 1,
                "next_attempt_at": at + timedelta(hours=due),
                "settled_at": None if state == "pending" else at,
            }
            message = {"id": number, "name": "x", "version": 1, "actor": "system"}
            message |= item | {"occurred_at": at}
            connection.execute(insert(outbox_messages).values(message))
            webhook_event = {"id": f"evt_{number}", "type": "x", "received_at": at} | item
            connection.execute(insert(webhook_events).values(webhook_event))
        connection.commit()
    due_at = at + timedelta(hours=5)
    assert SqlHealthQueries(database).health().queues == [
        QueueStatus(name=name, pending=2, next_attempt_at=due_at, parked=1)
        for name in ("Outbox", "Webhook events")
    ]
