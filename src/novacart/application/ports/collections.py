"""Repository of collections."""

from collections.abc import Container
from typing import Protocol

from novacart.domain.catalog.attribute_details import AttributeValue
from novacart.domain.catalog.collection import Collection
from novacart.domain.shared.ids import AttributeId, CategoryId


class Collections(Protocol):
    def get_for_update(self, slug: str) -> Collection:
        """Load and lock the collection of a slug. Raises `CollectionNotFound`."""
        ...

    def named_in_rule(
        self,
        attribute_id: AttributeId,
        value: AttributeValue | None = None,
        *,
        category_ids: Container[CategoryId] | None = None,
    ) -> str | None:
        """The name of a collection whose rule names the attribute, or the value of it.

        With `category_ids`, only rules for these categories count.
        """
        ...

    def add(self, collection: Collection) -> None:
        """Raises `SlugTaken`."""
        ...

    def save(self, collection: Collection) -> None:
        """Raises `SlugTaken`, and `ConcurrentChange` if the version is not the stored one."""
        ...
