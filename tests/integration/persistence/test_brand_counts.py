"""Counts of brands: concurrent changes, a change that is not counted, and the audit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, text

from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.catalog import CATALOG_COUNTS
from novacart.adapters.persistence.catalog import recount
from novacart.adapters.persistence.catalog.brand_counts import BrandCounts
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.catalog.recount import recount_products
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.catalog.product import Product
from tests.support.builders.catalog import NOON, a_product, details
from tests.support.contracts.catalog_queries import INR, check_that_counts_follow_changes, fill


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


def violations(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(run_all(CATALOG_COUNTS, connection, NOON).violations)


def test_change_without_counting_is_detected(
    database: Database, begin: SqlUnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(begin)
    assert violations(database) == []
    monkeypatch.setattr(BrandCounts, "write", lambda _: None)
    with pytest.raises(AssertionError):
        check_that_counts_follow_changes(begin, SqlCatalogQueries(database, INR))
    assert violations(database) == [
        "Brand Zephyr in category 8: 0 products counted, there are 2; on sale 0, there are 0."
    ]


def test_concurrent_changes_of_the_same_brands_are_all_counted(
    database: Database, begin: SqlUnitOfWorkFactory
) -> None:
    """The transactions add to two brands in opposite orders, and no deadlock occurs."""
    barrier = Barrier(4)

    def import_products(worker: int) -> None:
        barrier.wait()
        for turn in range(10):
            brands = ["Peepal", "Udaan"] if worker % 2 else ["Udaan", "Peepal"]
            with begin() as work:
                for place, brand in enumerate(brands):
                    number = 10_000 + worker * 1000 + turn * 10 + place
                    work.products.add(a_product(number, details(title="Lamp", brand=brand)))
                work.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(import_products, range(4)))
    counts = {each.title: each.count for each in SqlCatalogQueries(database, INR).brands(None)}
    assert counts == {"Peepal": 40, "Udaan": 40}
    assert violations(database) == []


def add_impatiently(begin: SqlUnitOfWorkFactory, number: int) -> None:
    """Add a product in a transaction that doesn't wait for locks."""
    with begin() as work:
        connection: Connection = work.connection
        connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
        work.products.add(a_product(number, details(title="Lamp", brand="Peepal")))
        work.commit()


def test_change_does_not_wait_for_a_transaction_that_has_not_reached_its_commit(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.connect(postgresql_url)
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    with begin() as work:
        work.products.add(a_product(1, details(title="Lamp", brand="Peepal")))
        add_impatiently(begin, 2)
        work.commit()
    assert SqlCatalogQueries(database, INR).brands(None)[0].count == 2

    # Counts that are written at once block the next transaction.
    save = BrandCounts.saved

    def save_at_once(counts: BrandCounts, product: Product) -> None:
        save(counts, product)
        counts.write()

    monkeypatch.setattr(BrandCounts, "saved", save_at_once)
    with begin() as work:
        work.products.add(a_product(3, details(title="Lamp", brand="Peepal")))
        with pytest.raises(StorageUnavailable):
            add_impatiently(begin, 4)
        work.commit()
    database.dispose()


def change_like_an_old_release(connection: Connection) -> None:
    """Add a product of a new brand, archive one and rename a brand, without counting."""
    for statement in (
        "UPDATE products SET brand = 'Udaan', brand_key = 'udaan' WHERE id = 101",
        "UPDATE products SET archived_at = created_at WHERE id = 103",
        "UPDATE products SET brand = 'Marigold', brand_key = 'marigold' WHERE id = 102",
        "DELETE FROM brand_counts WHERE category_id = 8",
        "INSERT INTO brand_counts VALUES (7, 'gone', 'Gone', 3, 0)",
    ):
        connection.execute(text(statement))


def test_suggested_brands_may_be_seconds_old(
    database: Database, begin: SqlUnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    recent = SqlCatalogQueries(database, INR, search_seconds=5)
    monkeypatch.setattr(recent._suggested_brands, "_clock", lambda: now[0])

    def add(product_id: int) -> None:
        with begin() as work:
            work.products.add(a_product(product_id, details(title="Lamp", brand="Marigold")))
            work.commit()

    def suggested(queries: SqlCatalogQueries) -> list[int]:
        return [each.count for each in queries.suggestions("mari") if each.name == "Marigold"]

    add(9001)
    add(9002)
    assert suggested(recent) == [2]
    add(9003)
    assert suggested(recent) == [2]
    # Negative control: brands that are not kept.
    assert suggested(SqlCatalogQueries(database, INR)) == [3]
    now[0] = 5.0
    assert suggested(recent) == [3]


def test_recount_corrects_counts_and_suggestions(
    database: Database, begin: SqlUnitOfWorkFactory
) -> None:
    fill(begin)
    assert recount_products(database) == 0
    with database.writing() as connection:
        change_like_an_old_release(connection)
        connection.commit()
    queries = SqlCatalogQueries(database, INR)
    assert violations(database) != []
    assert queries.suggestions("marig") == []

    # Peepal, Udaan, Marigold and Gone in category 7, Udaan in category 8.
    assert recount_products(database) == 5
    assert violations(database) == []
    assert {(each.title, each.count) for each in queries.brands(None)} >= {
        ("Marigold", 1),
        ("Udaan", 2),
    }
    assert [each.name for each in queries.suggestions("marig")] == ["Marigold"]
    assert recount_products(database) == 0
    check_that_counts_follow_changes(begin, queries)


def test_recount_waits_for_running_changes(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.connect(postgresql_url)
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    fill(begin)

    def recount_during_a_change(number: int) -> None:
        with ThreadPoolExecutor(1) as pool, begin() as work:
            work.products.add(a_product(number, details(title="Lamp", brand="Peepal")))
            recounted = pool.submit(recount_products, database)
            with pytest.raises(TimeoutError):
                recounted.result(timeout=0.5)
            work.commit()
            recounted.result(timeout=60)

    recount_during_a_change(201)
    assert violations(database) == []

    # Without the lock it does not wait.
    monkeypatch.setattr(recount, "_lock_products", lambda _: None)
    with pytest.raises(pytest.fail.Exception):
        recount_during_a_change(202)
    database.dispose()
