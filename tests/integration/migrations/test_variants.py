"""The migration to variants, on a shop that the release before has filled."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.stock import RESERVATIONS, STOCK_LEDGER
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.domain.shared.ids import OrderId, ProductId, UserId, VariantId
from tests.support.builders.catalog import NOON, a_variant, an_option

BEFORE: Final = "0014"
AFTER: Final = "0015"
# INSERT statements of a shop at revision 0014: two customers, three products (one archived), a
# cart, a wishlist, a paid and a cancelled order.
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
LAMP, KETTLE, ARCHIVED = 11, 12, 13


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """A shop at revision 0014."""
    downgrade(database_url, BEFORE)
    database = Database.connect(database_url)
    with database.writing() as connection:
        for statement in DUMP.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
        connection.commit()
    yield database
    database.dispose()


def rows(database: Database) -> list[list[tuple[object, ...]]]:
    with database.reading() as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in KEYED]


def violations(database: Database) -> list[str]:
    with database.reading() as connection:
        checks = [*STOCK_LEDGER, *RESERVATIONS]
        return list(run_all(checks, connection, datetime(2026, 3, 14, tzinfo=UTC)).violations)


def test_every_product_gets_a_variant_with_its_id(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    with shop.reading() as connection:
        variants = connection.execute(
            text("SELECT id, product_id, sku, price_minor, version FROM variants ORDER BY id")
        )
        assert [tuple(row) for row in variants] == [
            (LAMP, LAMP, "LP-1", 10000, 1),
            (KETTLE, KETTLE, None, 25000, 1),
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
        assert [line.variant_id for line in work.carts.of(UserId(1)).lines] == [LAMP, KETTLE]
        assert [each.variant_id for each in work.wishlists.of(UserId(1)).entries] == [KETTLE]
        [line] = work.orders.get(OrderId(1001)).lines
        assert (line.product_id, line.variant_id, line.options) == (LAMP, LAMP, "")
        assert work.stock.levels([VariantId(LAMP)])[VariantId(LAMP)].reserved == 2


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
    level = text("INSERT INTO stock_levels (variant_id, on_hand, reserved) VALUES (99, 0, 0)")
    with shop.writing() as connection, pytest.raises(IntegrityError):
        connection.execute(level)


def test_downgrade_with_several_variants_is_refused(shop: Database, database_url: str) -> None:
    upgrade(database_url)
    begin = SqlUnitOfWorkFactory(shop, ContextVarRequestContexts())
    with begin() as work:
        lamp = work.products.get_for_update(ProductId(LAMP))
        option = an_option(100, "Size", "S", "M")
        lamp.add_option(option, existing="S", at=NOON)
        lamp.add_variants([a_variant(51, {option.id: option.values[1].id})], at=NOON)
        work.products.save(lamp)
        work.stock.open({VariantId(51): 0}, reason="New", at=NOON)
        work.commit()
    with pytest.raises(RuntimeError, match="Product 11 has several variants"):
        downgrade(database_url, BEFORE)
    with begin() as work:
        assert len(work.products.get(ProductId(LAMP)).variants) == 2
    assert violations(shop) == []
