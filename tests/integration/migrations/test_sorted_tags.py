"""The sort keys of tags, which revision 0048 adds on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import NOON, a_product, add_product, details
from tests.support.builders.ordering import AS_CUSTOMER
from tests.support.processes import TIMEOUT

_ADD_TAG = text("INSERT INTO product_tags (tag_key, product_id) VALUES ('old', 200)")
_CHANGE_PRICE = text("UPDATE products SET price_minor = 9 WHERE id = 200")
_KEYS = text(
    "SELECT tag_key, price_minor, created_at FROM product_tags ORDER BY product_id, tag_key"
)
_BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)
_ARCHIVED = [("sea", None, None), ("sun", None, None)]


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = Database.connect(postgresql_url)
    yield database
    database.dispose()


def keys(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(_KEYS)]


def test_tags_of_older_releases_have_the_sort_keys_of_their_products(
    database: Database, postgresql_url: str
) -> None:
    begin = SqlUnitOfWorkFactory(database, AS_CUSTOMER)
    for number in range(2):
        about = details(price=500 + number, tags=("Sea", "Sun"))
        add_product(begin, a_product(200 + number, about, at=NOON + timedelta(hours=number)))
    with begin() as work:
        archived = work.products.get_for_update(ProductId(201))
        archived.archive(at=NOON)
        work.products.save(archived)
        work.commit()
    downgrade(postgresql_url, "0047")
    upgrade(postgresql_url)
    assert keys(database) == [("sea", 500, NOON), ("sun", 500, NOON), *_ARCHIVED]

    with database.writing() as connection:
        connection.execute(_ADD_TAG)
        connection.execute(_CHANGE_PRICE)
        connection.commit()
    assert keys(database) == [*((tag, 9, NOON) for tag in ("old", "sea", "sun")), *_ARCHIVED]


def test_price_that_changes_while_a_batch_is_filled_is_kept(
    database: Database, postgresql_url: str
) -> None:
    """Without the lock of the products, the batch would write the price that it has read."""
    add_product(SqlUnitOfWorkFactory(database, AS_CUSTOMER), a_product(200, details(tags=("Sea",))))
    downgrade(postgresql_url, "0047")
    with ThreadPoolExecutor(1) as pool, database.writing() as change:
        committed: list[Future[None]] = []

        def change_price(*args: Any) -> None:  # noqa: ANN401 (SQLAlchemy's six arguments)
            if "FROM locked" in args[2] and not committed:
                change.execute(_CHANGE_PRICE)
                committed.append(pool.submit(commit_when_blocking, change))

        event.listen(Engine, "before_cursor_execute", change_price)
        try:
            upgrade(postgresql_url)
        finally:
            event.remove(Engine, "before_cursor_execute", change_price)
        committed[0].result()
    assert keys(database) == [("sea", 9, NOON)]


def commit_when_blocking(connection: Connection) -> None:
    deadline = monotonic() + TIMEOUT
    while not connection.scalar(_BLOCKED):
        assert monotonic() < deadline
    connection.commit()
