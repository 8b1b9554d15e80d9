"""Wishlists in memory keep their contract."""

import pytest

from novacart.adapters.memory.store import MemoryStore
from novacart.adapters.memory.unit_of_work import MemoryUnitOfWorkFactory
from novacart.adapters.memory.wishlist_queries import MemoryWishlistQueries
from tests.support.contracts.wishlists import WishlistsContract


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def begin(store: MemoryStore) -> MemoryUnitOfWorkFactory:
    return MemoryUnitOfWorkFactory(store)


@pytest.fixture
def queries(store: MemoryStore) -> MemoryWishlistQueries:
    return MemoryWishlistQueries(store)


class TestMemoryWishlists(WishlistsContract):
    pass
