"""Contract tests of the fake orders."""

import pytest

from tests.fakes.order_queries import FakeOrderQueries
from tests.fakes.store import FakeStore
from tests.support.contracts.orders import OrdersContract


@pytest.fixture
def queries(store: FakeStore) -> FakeOrderQueries:
    return FakeOrderQueries(store)


class TestFakeOrders(OrdersContract):
    pass
