"""Fake repository of attributes."""

from collections.abc import Callable, Collection, Sequence

from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.errors import AttributeNotFound
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId, CategoryId, ProductId
from tests.fakes.catalog import tree_of
from tests.fakes.store import FakeStore


class FakeAttributes:
    def __init__(self, store: FakeStore, saved: Callable[[AggregateRoot], None]) -> None:
        self._store = store
        self._saved = saved

    def of_category(self, category_id: CategoryId) -> Sequence[Attribute]:
        return attributes_of(self._store, category_id)

    def all(self) -> Sequence[Attribute]:
        return sorted(self._store.attributes.values(), key=lambda each: each.id)

    def get_for_update(self, attribute_id: AttributeId) -> Attribute:
        attribute = self._store.attributes.get(attribute_id)
        if attribute is None:
            raise AttributeNotFound
        return attribute

    def used(
        self,
        attribute_ids: Collection[AttributeId],
        category_ids: Collection[CategoryId] | None = None,
    ) -> tuple[AttributeId, ProductId] | None:
        used = (
            (attribute_id, product.id)
            for product in self._store.products.values()
            if category_ids is None or product.details.category_id in category_ids
            for attribute_id, _ in product.details.attributes
        )
        return next((each for each in used if each[0] in attribute_ids), None)

    def used_choice(
        self, attribute_id: AttributeId, choice_ids: Collection[AttributeChoiceId]
    ) -> tuple[AttributeChoiceId, ProductId] | None:
        used = {
            dict(product.details.attributes).get(attribute_id): product.id
            for product in self._store.products.values()
        }
        return next(((each, used[each]) for each in choice_ids if each in used), None)

    def add(self, attribute: Attribute) -> None:
        self._saved(attribute)
        self._store.attributes.put(attribute.id, attribute)

    def save(self, attribute: Attribute) -> None:
        before = self._store.attributes.get(attribute.id)
        if before is None or before.version != attribute.version:
            raise ConcurrentChange
        self._saved(attribute)
        self._store.attributes.put(attribute.id, attribute)

    def delete(self, attribute: Attribute) -> None:
        self._saved(attribute)
        self._store.attributes.remove(attribute.id)


def attributes_of(store: FakeStore, category_id: CategoryId | None) -> list[Attribute]:
    """The attributes of a category and of those above it, these first, in their order."""
    if category_id is None or store.categories.get(category_id) is None:
        return []
    path = tree_of(store.categories.values()).path(category_id)
    attributes = [each for each in store.attributes.values() if each.category_id in path]
    return sorted(
        attributes, key=lambda each: (path.index(each.category_id), each.details.position, each.id)
    )
