"""Contract tests of the fake wishlists."""

import pytest

from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.fakes.wishlist_queries import FakeWishlistQueries
from tests.support.contracts.wishlists import WishlistsContract


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def begin(store: FakeStore) -> FakeUnitOfWorkFactory:
    return FakeUnitOfWorkFactory(store)


@pytest.fixture
def queries(store: FakeStore) -> FakeWishlistQueries:
    return FakeWishlistQueries(store)


class TestFakeWishlists(WishlistsContract):
    pass
