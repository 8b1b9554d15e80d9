"""Orders in memory keep their port's contract."""

import pytest

from novacart.adapters.memory.order_queries import MemoryOrderQueries
from novacart.adapters.memory.store import MemoryStore
from tests.support.contracts.orders import OrdersContract


@pytest.fixture
def queries(store: MemoryStore) -> MemoryOrderQueries:
    return MemoryOrderQueries(store)


class TestMemoryOrders(OrdersContract):
    pass
