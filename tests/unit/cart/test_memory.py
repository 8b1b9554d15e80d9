"""Carts in memory keep their port's contract."""

import pytest

from novacart.adapters.memory.cart_queries import MemoryCartQueries
from novacart.adapters.memory.store import MemoryStore
from tests.support.contracts.carts import CartsContract


@pytest.fixture
def queries(store: MemoryStore) -> MemoryCartQueries:
    return MemoryCartQueries(store)


class TestMemoryCarts(CartsContract):
    pass
