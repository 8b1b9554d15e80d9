"""Repository of collections."""

from typing import Protocol

from novacart.domain.catalog.collection import Collection


class Collections(Protocol):
    def get_for_update(self, slug: str) -> Collection:
        """Load and lock the collection of a slug. Raises `CollectionNotFound`."""
        ...

    def add(self, collection: Collection) -> None:
        """Raises `SlugTaken`."""
        ...

    def save(self, collection: Collection) -> None:
        """Raises `SlugTaken`, and `ConcurrentChange` if the version is not the stored one."""
        ...
