"""Contract tests of the fake carts."""

import pytest

from tests.fakes.cart_queries import FakeCartQueries
from tests.fakes.store import FakeStore
from tests.support.contracts.carts import CartsContract


@pytest.fixture
def queries(store: FakeStore) -> FakeCartQueries:
    return FakeCartQueries(store)


class TestFakeCarts(CartsContract):
    pass
