"""The migration of search texts and brand keys, with data in place."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from novacart.adapters.persistence.back_office.queries import SqlBackOfficeQueries
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.ordering.queries import SqlOrderQueries
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.back_office.list_query import ListQuery
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import ProductFilter, ProductSort
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_product,
    add_categories,
    add_product,
    details,
)
from tests.support.builders.ordering import ShopFixture, an_order, an_order_line

_BEFORE = "0008"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.connect(database_url)
    yield database
    upgrade(database_url)
    database.dispose()


def test_existing_texts_are_searched_by_the_new_terms(
    database: Database, database_url: str
) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_categories(begin, a_category(7, "teas", name="Thés & tisanes"))
    # More than one batch.
    for number in range(1003):
        about = details(title=f"香港罗汉果 {number}", brand="Tea  HOUSE", category_id=7)
        add_product(begin, a_product(7000 + number, about))
    add_product(begin, a_product(9000, details(title="Øld Wi-Fi")))
    with begin() as work:
        archived = work.products.get_for_update(ProductId(9000))
        archived.archive(at=NOON)
        work.products.save(archived)
        work.commit()
    shop = ShopFixture(begin, prices=(100,))
    with begin() as work:
        order_id, line_id = work.ids.take(2)
        line = an_order_line(line_id, product=shop.products[0])
        line.title = "Café 香港罗汉果"
        work.orders.add(an_order(line, id=order_id, user=shop.customer))
        work.commit()

    downgrade(database_url, _BEFORE)
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM product_search")) == 1003 + 1
        old_text = connection.scalar(text("SELECT search_text FROM order_lines"))
    assert old_text.startswith("café 香港罗汉果\n")
    upgrade(database_url)

    queries = SqlCatalogQueries(database, CatalogPolicy(currency="INR"))
    for filters in (
        ProductFilter(search="罗汉果"),
        ProductFilter(brands=("tea house",)),
        ProductFilter(search="tea hou"),
    ):
        assert queries.count_products(filters) == 1003
    listed = queries.list_products(
        ProductFilter(search="罗汉果 1002"), sort=ProductSort.RELEVANCE, limit=5
    )
    assert [product.id for product in listed.products] == [8002]
    assert queries.count_products(ProductFilter(search="wifi")) == 0
    staff = SqlBackOfficeQueries(database, "INR")
    found = staff.products(ListQuery(search="old wifi", filters={"archived": True})).rows
    assert [row.id for row in found] == [9000]
    assert [row.id for row in staff.categories(ListQuery(search="the tis")).rows] == [7]
    history = SqlOrderQueries(database).history(
        shop.customer, page=1, page_size=5, search="罗汉果 cafe"
    )
    assert [order.id for order in history.orders] == [order_id]
