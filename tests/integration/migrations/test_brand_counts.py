"""The migration of brand counts, with data in place."""

from collections.abc import Iterator

import pytest

from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.catalog import CATALOG_COUNTS
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from tests.support.builders.catalog import NOON
from tests.support.contracts.catalog_queries import INR, check_that_counts_follow_changes, fill


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.connect(database_url)
    yield database
    upgrade(database_url)
    database.dispose()


def test_existing_products_are_counted_and_their_brands_suggested(
    database: Database, database_url: str
) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    queries = SqlCatalogQueries(database, INR)
    fill(begin)

    def counted() -> list[object]:
        return [
            *queries.brands(None),
            *queries.brands("toys"),
            *queries.suggestions("peep"),
            *queries.suggestions("bra"),
        ]

    before = counted()
    database.dispose()
    downgrade(database_url, "0013")
    upgrade(database_url)
    assert counted() == before
    with database.reading() as connection:
        assert run_all(CATALOG_COUNTS, connection, NOON).violations == []
    check_that_counts_follow_changes(begin, queries)
