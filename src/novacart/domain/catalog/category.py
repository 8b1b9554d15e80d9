"""Categories."""

from datetime import datetime
from typing import Self

from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.events import (
    CategoryAdded,
    CategoryEdited,
    CategoryRemoved,
    changed_fields,
)
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CategoryId


class Category(AggregateRoot):
    """A category of products. An inactive one is hidden; its products stay in the catalog."""

    __slots__ = ("details", "id")

    def __init__(self, *, id: CategoryId, details: CategoryDetails, version: int = 0) -> None:
        super().__init__(version=version)
        self.id = id
        self.details = details

    @classmethod
    def create(cls, *, id: CategoryId, details: CategoryDetails, at: datetime) -> Self:
        """A new category."""
        category = cls(id=id, details=details)
        category._record(
            CategoryAdded(occurred_at=at, category_id=id, category=details.event_data())
        )
        return category

    def edit(self, details: CategoryDetails, *, at: datetime) -> bool:
        """Replace the details and return whether anything changed."""
        before, after = changed_fields(self.details.event_data(), details.event_data())
        if not after:
            return False
        self.details = details
        self._record(
            CategoryEdited(occurred_at=at, category_id=self.id, before=before, after=after)
        )
        return True

    def remove(self, *, at: datetime) -> None:
        """Record the removal. The repository checks that nothing uses the category."""
        self._record(
            CategoryRemoved(occurred_at=at, category_id=self.id, category=self.details.event_data())
        )
