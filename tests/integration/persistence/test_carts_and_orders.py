"""Contract tests of carts, orders and idempotency keys on both databases."""

import pytest

from novacart.adapters.persistence.cart.queries import SqlCartQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.mailed_orders import SqlMailedOrders
from novacart.adapters.persistence.ordering.queries import SqlOrderQueries
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from tests.support.builders.ordering import NOON
from tests.support.contracts.carts import CartsContract
from tests.support.contracts.idempotency_keys import IdempotencyKeysContract
from tests.support.contracts.mailed_orders import MailedOrdersContract
from tests.support.contracts.orders import Orders, OrdersContract


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


class TestSqlMailedOrders(MailedOrdersContract):
    @pytest.fixture
    def mailed_orders(self, database: Database) -> SqlMailedOrders:
        return SqlMailedOrders(database)

    def test_read_does_not_wait_for_a_change(
        self, orders: Orders, begin: SqlUnitOfWorkFactory, mailed_orders: SqlMailedOrders
    ) -> None:
        order = orders.add()
        with begin() as work:
            work.users.get(order.user_id)
            changed = work.orders.get(order.id)
            changed.cancel(at=NOON, actor="staff:1", reason="")
            work.orders.save(changed)
            assert mailed_orders.get(order.id).order.status is order.status


class TestSqlIdempotencyKeys(IdempotencyKeysContract):
    pass
