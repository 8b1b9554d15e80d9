"""The migration to variants, on a shop that the release before has filled."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.audit.reader import SqlAuditReader
from novacart.adapters.persistence.catalog.price_queries import SqlPriceQueries
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.audit.invariants import AUDIT_LOG, INVARIANTS, OUTBOX_MESSAGES
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import ProductFilter
from novacart.domain.shared.ids import OrderId, ProductId, UserId, VariantId
from tests.support.builders.catalog import NOON, a_variant, an_option
from tests.support.release_dump import load_dump

BEFORE: Final = "0014"
# A shop that the release before has filled by `tests/support/release_dump.py`.
DUMP: Final = Path(__file__).parent / "shop_0014.sql"
# The rows that refer to products or variants.
KEYED: Final = (
    "SELECT * FROM products ORDER BY id",
    "SELECT * FROM stock_levels ORDER BY 1",
    "SELECT * FROM stock_movements ORDER BY id",
    "SELECT * FROM cart_lines ORDER BY id",
    "SELECT * FROM wishlist_entries ORDER BY 1, 2",
    "SELECT * FROM order_lines ORDER BY id",
)
LAMP, KETTLE, BOOK, ARCHIVED = 5, 6, 7, 8
ASHA = UserId(9)
PAID_ORDER = OrderId(19)
# When the shop was dumped.
NOW: Final = datetime(2026, 3, 1, 12, 10, tzinfo=UTC)
CHECKED: Final = [each.number for each in INVARIANTS if each not in {AUDIT_LOG, OUTBOX_MESSAGES}]


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """A shop at revision 0014."""
    downgrade(database_url, BEFORE)
    database = Database.connect(database_url)
    load_dump(database, DUMP)
    yield database
    database.dispose()


def rows(database: Database) -> list[list[tuple[object, ...]]]:
    with database.reading() as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in KEYED]


def violations(database: Database) -> list[str]:
    reader = SqlAuditReader(database)
    return [each for number in CHECKED for each in reader.check(number, now=NOW).violations]


def test_every_product_gets_a_variant_with_its_id(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    with shop.reading() as connection:
        variants = connection.execute(
            text("SELECT id, product_id, sku, price_minor, version FROM variants ORDER BY id")
        )
        assert [tuple(row) for row in variants] == [
            (LAMP, LAMP, "LP-1", 44_910, 1),
            (KETTLE, KETTLE, None, 125_050, 1),
            (BOOK, BOOK, None, 34_900, 1),
            (ARCHIVED, ARCHIVED, "OLD-1", 5000, 1),
        ]
    assert violations(shop) == []


def test_aggregates_are_loaded_with_their_variants(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    with SqlUnitOfWorkFactory(shop, ContextVarRequestContexts())() as work:
        lamp = work.products.get(ProductId(LAMP))
        assert (lamp.default_variant_id, lamp.default_variant.details.sku) == (LAMP, "LP-1")
        assert lamp.default_variant.details.price == lamp.details.price
        assert work.products.get(ProductId(ARCHIVED)).is_archived
        assert [line.variant_id for line in work.carts.of(ASHA).lines] == [LAMP, BOOK]
        assert [each.variant_id for each in work.wishlists.of(ASHA).entries] == [KETTLE]
        first, second = work.orders.get(PAID_ORDER).lines
        assert (first.product_id, first.variant_id, first.options) == (LAMP, LAMP, "")
        assert (second.product_id, second.variant_id) == (BOOK, BOOK)
        assert work.stock.levels([VariantId(LAMP)])[VariantId(LAMP)].reserved == 2


def test_present_prices_become_the_first_entries_of_the_history(
    shop: Database, database_url: str
) -> None:
    upgrade(database_url)
    prices = SqlPriceQueries(shop)
    [lamp] = prices.history(VariantId(LAMP), limit=9)
    assert (lamp.entry.price.amount, lamp.entry.changed_by) == (44_910, "migration")
    # The last change of the product.
    assert lamp.entry.valid_from == datetime(2026, 3, 1, 12, 4, tzinfo=UTC)
    assert len(prices.history(VariantId(ARCHIVED), limit=9)) == 1


def test_variants_on_sale_before_the_price_history_are_marked(
    shop: Database, database_url: str
) -> None:
    upgrade(database_url, "0016")
    with shop.writing() as connection:
        reduced = text("UPDATE variants SET compare_at_minor = 50000 WHERE id IN (:lamp, :comb)")
        connection.execute(reduced, {"lamp": LAMP, "comb": ARCHIVED})
        connection.commit()
    upgrade(database_url)
    on_sale = ProductFilter(category="home", on_sale=True)
    assert SqlCatalogQueries(shop, CatalogPolicy(currency="INR")).count_products(on_sale) == 1
    assert violations(shop) == []


def test_downgrade_restores_all_rows(shop: Database, database_url: str) -> None:
    before = rows(shop)
    assert all(before)
    upgrade(database_url)
    after = rows(shop)
    downgrade(database_url, BEFORE)
    assert rows(shop) == before
    upgrade(database_url)
    assert rows(shop) == after


def test_foreign_keys_refer_to_variants(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    level = text("INSERT INTO stock_levels (variant_id, on_hand, reserved) VALUES (999, 0, 0)")
    with shop.writing() as connection, pytest.raises(IntegrityError):
        connection.execute(level)


def test_downgrade_with_several_variants_is_refused(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    begin = SqlUnitOfWorkFactory(shop, ContextVarRequestContexts())
    with begin() as work:
        lamp = work.products.get_for_update(ProductId(LAMP))
        option = an_option(1000, "Size", "S", "M")
        lamp.add_option(option, existing="S", at=NOON)
        lamp.add_variants([a_variant(1051, {option.id: option.values[1].id})], at=NOON)
        work.products.save(lamp)
        work.stock.open({VariantId(1051): 0}, reason="New", at=NOON)
        work.commit()
    with pytest.raises(RuntimeError, match="Product 5 has several variants"):
        downgrade(database_url, BEFORE)
    # The migrations after that of the variants were undone.
    upgrade(database_url)
    with begin() as work:
        assert len(work.products.get(ProductId(LAMP)).variants) == 2
    assert violations(shop) == []
