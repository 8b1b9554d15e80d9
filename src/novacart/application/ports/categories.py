"""Repository of categories."""

from collections.abc import Mapping
from typing import Protocol

from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_tree import CategoryTree
from novacart.domain.shared.ids import CategoryId


class Categories(Protocol):
    def get(self, category_id: CategoryId) -> Category:
        """Raises `CategoryNotFound`."""
        ...

    def get_for_update(self, category_id: CategoryId) -> Category:
        """As `get`, and lock the category until the unit of work ends."""
        ...

    def lock_tree(self) -> CategoryTree:
        """Lock the tree until the unit of work ends, and load it.

        Before a category is locked, or added to another, or its parent or visibility changes.
        """
        ...

    def ids_by_slug(self) -> Mapping[str, CategoryId]:
        """All categories, active or not."""
        ...

    def ids_by_former_slug(self) -> Mapping[str, CategoryId]:
        """The categories that gave up a slug. Another one may have it now."""
        ...

    def names(self) -> Mapping[CategoryId, tuple[CategoryId | None, str]]:
        """The parent and the name of each category, active or not."""
        ...

    def add(self, category: Category) -> None:
        """Raises `SlugTaken`."""
        ...

    def save(self, category: Category) -> None:
        """Raises `SlugTaken`, and `ConcurrentChange` if the version is not the stored one."""
        ...

    def remove(self, category: Category) -> None:
        """Raises `CategoryInUse` if a product, category, attribute or collection refers to it."""
        ...
