"""Fake queries of the price history."""

from collections.abc import Sequence
from datetime import datetime

from novacart.application.catalog.price_queries import RecordedPrice
from novacart.domain.catalog.errors import VariantNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId, VariantId
from tests.fakes.store import FakeStore


class FakePriceQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def history(
        self,
        variant_id: VariantId,
        *,
        limit: int,
        at: datetime | None = None,
        before: int | None = None,
    ) -> Sequence[RecordedPrice]:
        for product in self._store.products.values():
            if any(variant.id == variant_id for variant in product.variants):
                break
        else:
            raise VariantNotFound
        entries = [
            each
            for each in self._entries(product)
            if each.variant_id == variant_id
            and (at is None or each.entry.valid_from <= at)
            and (before is None or each.id < before)
        ]
        return entries[:limit]

    def history_of_product(self, product_id: ProductId, *, limit: int) -> Sequence[RecordedPrice]:
        product = self._store.products.get(product_id)
        return self._entries(product)[:limit] if product else []

    def prices_at(self, product_id: ProductId, at: datetime) -> Sequence[RecordedPrice]:
        product = self._store.products.get(product_id)
        if product is None:
            return []
        newest = [self.history(variant.id, limit=1, at=at) for variant in product.variants]
        return [entry for entries in newest for entry in entries]

    def _entries(self, product: Product) -> list[RecordedPrice]:
        """Of all variants, the newest first."""
        options = {each.id: product.describe_options(each) for each in product.variants}
        ids = reversed(list(self._store.prices))
        stored = ((entry_id, self._store.prices.get(entry_id)) for entry_id in ids)
        return [
            RecordedPrice(id=entry_id, variant_id=row[0], options=options[row[0]], entry=row[1])
            for entry_id, row in stored
            if row is not None and row[0] in options
        ]
