"""Contract tests of wishlists on both databases."""

import pytest

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.persistence.wishlist.queries import SqlWishlistQueries
from novacart.adapters.system.request_context import ContextVarRequestContexts
from tests.support.builders.ordering import ShopFixture
from tests.support.contracts.wishlists import WishlistsContract, add_entry
from tests.support.query_counter import counted_statements


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@pytest.fixture
def queries(database: Database) -> SqlWishlistQueries:
    return SqlWishlistQueries(database)


class TestSqlWishlists(WishlistsContract):
    def test_query_is_one_statement(
        self, shop: ShopFixture, database: Database, queries: SqlWishlistQueries
    ) -> None:
        for variant in shop.variants:
            add_entry(shop, variant)
        with counted_statements(database) as statements:
            queries.wishlist_of(shop.customer)
        assert len(statements) == 1
