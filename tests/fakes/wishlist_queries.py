"""Fake wishlist queries."""

from collections.abc import Sequence

from novacart.application.wishlist.queries import WishlistItem
from novacart.domain.shared.ids import UserId
from tests.fakes.catalog import active_product_of
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
                key=lambda entry: (entry.added_at, entry.variant_id),
                reverse=True,
            )
            products = [
                (active_product_of(self._store.products, entry.variant_id), entry)
                for entry in entries
            ]
            return [
                WishlistItem(
                    product=product_view(self._store, product),
                    variant_id=entry.variant_id,
                    options=product.describe_options(product.variant(entry.variant_id)),
                    created_at=entry.added_at,
                )
                for product, entry in products
                if product is not None
            ]
