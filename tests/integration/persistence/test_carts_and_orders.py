"""Contract tests of carts, orders and idempotency keys on both databases."""

import pytest

from novacart.adapters.persistence.cart.queries import SqlCartQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.queries import SqlOrderQueries
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from tests.support.contracts.carts import CartsContract
from tests.support.contracts.idempotency_keys import IdempotencyKeysContract
from tests.support.contracts.orders import OrdersContract


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


class TestSqlCarts(CartsContract):
    @pytest.fixture
    def queries(self, database: Database) -> SqlCartQueries:
        return SqlCartQueries(database)


class TestSqlOrders(OrdersContract):
    @pytest.fixture
    def queries(self, database: Database) -> SqlOrderQueries:
        return SqlOrderQueries(database)


class TestSqlIdempotencyKeys(IdempotencyKeysContract):
    pass
