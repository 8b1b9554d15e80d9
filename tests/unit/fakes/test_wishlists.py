"""Contract tests of the fake wishlists."""

import pytest

from tests.fakes.store import FakeStore
from tests.fakes.wishlist_queries import FakeWishlistQueries
from tests.support.contracts.wishlists import WishlistsContract


@pytest.fixture
def queries(store: FakeStore) -> FakeWishlistQueries:
    return FakeWishlistQueries(store)


class TestFakeWishlists(WishlistsContract):
    pass
