"""Orders in memory keep their port's contract."""

import pytest

from tests.fakes.order_queries import FakeOrderQueries
from tests.fakes.store import FakeStore
from tests.support.contracts.orders import OrdersContract


@pytest.fixture
def queries(store: FakeStore) -> FakeOrderQueries:
    return FakeOrderQueries(store)


class TestMemoryOrders(OrdersContract):
    pass
