"""Fake repository and queries of collections."""

from collections.abc import Callable, Container, Sequence

from novacart.application.catalog.attribute_filters import write_conditions
from novacart.application.catalog.collection_queries import CollectionView
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    ListedProduct,
    ListPosition,
    ProductFilter,
    ProductPage,
    ProductSort,
)
from novacart.domain.catalog.attribute_details import AttributeValue
from novacart.domain.catalog.collection import Collection
from novacart.domain.catalog.errors import CollectionNotFound, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AttributeId, CategoryId, CollectionId
from tests.fakes.catalog_queries import FakeCatalogQueries
from tests.fakes.store import FakeStore


class FakeCollections:
    def __init__(self, store: FakeStore, saved: Callable[[AggregateRoot], None]) -> None:
        self._store = store
        self._saved = saved

    def get_for_update(self, slug: str) -> Collection:
        for collection in self._store.collections.values():
            if collection.details.slug == slug:
                return collection
        raise CollectionNotFound

    def named_in_rule(
        self,
        attribute_id: AttributeId,
        value: AttributeValue | None = None,
        *,
        category_ids: Container[CategoryId] | None = None,
    ) -> str | None:
        for collection in self._store.collections.values():
            rule = collection.details.rule
            if rule is not None and rule.has_condition_on(attribute_id, value, category_ids):
                return collection.details.name
        return None

    def add(self, collection: Collection) -> None:
        self.save(collection)

    def save(self, collection: Collection) -> None:
        before = self._store.collections.get(collection.id)
        if before is not None and before.version != collection.version:
            raise ConcurrentChange
        slug = collection.details.slug
        for other in self._store.collections.values():
            if other.details.slug == slug and other.id != collection.id:
                raise SlugTaken(slug, "collection")
        if before is not None and before.details.slug != slug:
            self._store.slug_redirects.put(("collection", before.details.slug), collection.id)
        self._saved(collection)
        self._store.collections.put(collection.id, collection)


class FakeCollectionQueries:
    def __init__(self, store: FakeStore, policy: CatalogPolicy) -> None:
        self._store = store
        self._catalog = FakeCatalogQueries(store, policy)

    def collections(self) -> Sequence[CollectionView]:
        stored = sorted(
            self._store.collections.values(), key=lambda each: (each.details.position, each.id)
        )
        return [self._view(each) for each in stored]

    def collection(self, slug: str) -> CollectionView:
        for collection in self._store.collections.values():
            if collection.details.slug == slug:
                return self._view(collection)
        target = self._store.slug_redirects.get(("collection", slug))
        stored = None if target is None else self._store.collections.get(CollectionId(target))
        if stored is None:
            raise CollectionNotFound
        return self._view(stored)

    def picked_products(
        self, collection_id: CollectionId, *, limit: int, after: ListPosition | None = None
    ) -> ProductPage:
        collection = self._store.collections.get(collection_id)
        picked = collection.details.product_ids if collection else ()
        listed = {
            each.id: each
            for each in self._catalog.list_products(
                ProductFilter(), sort=ProductSort.NEWEST, limit=10_000
            ).products
        }
        placed: list[tuple[int, ListedProduct]] = [
            (place, listed[product_id])
            for place, product_id in enumerate(picked)
            if product_id in listed and (after is None or place > after.key)
        ]
        shown = placed[:limit]
        more = len(placed) > limit
        return ProductPage(
            products=[product for _, product in shown],
            next=ListPosition(key=shown[-1][0], id=shown[-1][1].id) if more else None,
        )

    def _view(self, collection: Collection) -> CollectionView:
        rule = collection.details.rule
        category_id = None if rule is None else rule.category_id
        category = None if category_id is None else self._store.categories.get(category_id)
        return CollectionView(
            id=collection.id,
            details=collection.details,
            category=category.details.slug if category else None,
            attributes=write_conditions(
                self._store.attributes.values(), () if rule is None else rule.attributes
            ),
            version=collection.version,
        )
