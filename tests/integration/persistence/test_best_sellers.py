from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, update

from novacart.adapters.persistence.back_office.tables import sales_day_products, sales_days
from novacart.adapters.persistence.catalog.best_sellers import SqlBestSellers
from novacart.adapters.persistence.catalog.tables import stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.domain.shared.ids import ProductId, VariantId
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_product,
    add_categories,
    add_product,
    details,
)
from tests.support.contracts.products import MEDIUM, add_shirt

LAST = date(2026, 3, 14)
COUNTED = datetime(2026, 3, 15, 1, tzinfo=UTC)
LAMP, VASE, KITE, SOLD_OUT, HIDDEN = (ProductId(5000 + n) for n in range(5))


@pytest.fixture
def shop(database: Database) -> Database:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_categories(begin, a_category(7, "hidden", is_active=False))
    for product_id in (LAMP, VASE, KITE):
        add_product(begin, a_product(product_id))
    add_product(begin, a_product(SOLD_OUT), stock=0)
    add_product(begin, a_product(HIDDEN, details(category_id=7)))
    return database


def count(shop: Database, day: date, counted_at: datetime, **units: int) -> None:
    """Store the figures of a day; `units` by the name of a product."""
    with shop.writing() as connection:
        for table in (sales_day_products, sales_days):
            connection.execute(delete(table).where(table.c.day == day))
        connection.execute(
            insert(sales_days).values(
                day=day,
                timezone="UTC",
                placed=1,
                confirmed=1,
                paid=1,
                revenue_minor=0,
                refunded_minor=0,
                disputed_minor=0,
                counted_at=counted_at,
            )
        )
        rows = [
            {"day": day, "product_id": globals()[name], "units": sold, "revenue_minor": 0}
            for name, sold in units.items()
        ]
        connection.execute(insert(sales_day_products), rows)
        connection.commit()


def sellers(queries: SqlBestSellers, limit: int = 5) -> list[ProductId]:
    return [product.id for product in queries.best_sellers(limit)]


def test_shop_without_figures_has_no_best_sellers(shop: Database) -> None:
    assert sellers(SqlBestSellers(shop)) == []


def test_products_in_stock_of_shown_categories_are_ranked_by_units(shop: Database) -> None:
    count(shop, LAST, COUNTED, LAMP=3, VASE=3, SOLD_OUT=9, HIDDEN=9)
    count(shop, LAST - timedelta(days=1), COUNTED, KITE=4, VASE=2)
    assert sellers(SqlBestSellers(shop)) == [VASE, KITE, LAMP]
    assert sellers(SqlBestSellers(shop), 1) == [VASE]


def test_product_of_which_another_variant_is_in_stock_is_a_best_seller(shop: Database) -> None:
    begin = SqlUnitOfWorkFactory(shop, ContextVarRequestContexts())
    shirt = add_shirt(begin)
    count(shop, LAST, COUNTED, LAMP=3)
    with shop.writing() as connection:
        sold = {"day": LAST, "product_id": shirt.id, "units": 9, "revenue_minor": 0}
        connection.execute(insert(sales_day_products), sold)
        connection.commit()
    for variant, expected in ((MEDIUM, [shirt.id, LAMP]), (VariantId(shirt.id), [LAMP])):
        with begin() as work:
            work.stock.set_available(variant, 0, reason="Count", at=NOON)
            work.commit()
        assert sellers(SqlBestSellers(shop)) == expected


def test_sales_of_more_than_30_days_ago_do_not_count(shop: Database) -> None:
    count(shop, LAST - timedelta(days=30), COUNTED, KITE=50)
    count(shop, LAST - timedelta(days=29), COUNTED, LAMP=1)
    count(shop, LAST, COUNTED, VASE=2)
    assert sellers(SqlBestSellers(shop)) == [VASE, LAMP]


def test_ranking_follows_the_figures_and_stock_is_current(shop: Database) -> None:
    queries = SqlBestSellers(shop)
    count(shop, LAST, COUNTED, LAMP=3, VASE=2)
    assert sellers(queries) == [LAMP, VASE]
    count(shop, LAST, COUNTED + timedelta(hours=1), LAMP=3, VASE=8)
    assert sellers(queries) == [VASE, LAMP]
    with shop.writing() as connection:
        connection.execute(
            update(stock_levels).where(stock_levels.c.variant_id == VASE).values(on_hand=0)
        )
        connection.commit()
    assert sellers(queries) == [LAMP]
