"""Fake wishlist queries."""

from collections.abc import Sequence

from novacart.application.wishlist.queries import WishlistItem
from novacart.domain.shared.ids import UserId
from tests.fakes.catalog_queries import product_view
from tests.fakes.store import FakeStore


class FakeWishlistQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def wishlist_of(self, user_id: UserId) -> Sequence[WishlistItem]:
        with self._store.lock:
            wishlist = self._store.wishlists.get(user_id)
            entries = sorted(
                wishlist.entries if wishlist else (),
                key=lambda entry: (entry.added_at, entry.product_id),
                reverse=True,
            )
            products = [(self._store.products.get(entry.product_id), entry) for entry in entries]
            return [
                WishlistItem(product=product_view(self._store, product), created_at=entry.added_at)
                for product, entry in products
                if product is not None and not product.is_archived
            ]
