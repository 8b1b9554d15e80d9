"""Contract tests of the fake orders."""

import pytest

from tests.fakes.mailed_orders import FakeMailedOrders
from tests.fakes.order_queries import FakeOrderQueries
from tests.fakes.store import FakeStore
from tests.support.contracts.mailed_orders import MailedOrdersContract
from tests.support.contracts.orders import OrdersContract


@pytest.fixture
def queries(store: FakeStore) -> FakeOrderQueries:
    return FakeOrderQueries(store)


class TestFakeOrders(OrdersContract):
    pass


class TestFakeMailedOrders(MailedOrdersContract):
    @pytest.fixture
    def mailed_orders(self, store: FakeStore) -> FakeMailedOrders:
        return FakeMailedOrders(store)
