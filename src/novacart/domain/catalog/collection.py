"""Collections: products that staff show together, picked by hand or by a rule."""

from datetime import datetime
from typing import Self

from novacart.domain.catalog.collection_details import CollectionDetails
from novacart.domain.catalog.events import CollectionAdded, CollectionEdited, changed_fields
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CollectionId


class Collection(AggregateRoot):
    """A collection of products."""

    __slots__ = ("details", "id")

    def __init__(self, *, id: CollectionId, details: CollectionDetails, version: int = 0) -> None:
        super().__init__(version=version)
        self.id = id
        self.details = details

    @classmethod
    def create(cls, *, id: CollectionId, details: CollectionDetails, at: datetime) -> Self:
        """A new collection."""
        collection = cls(id=id, details=details)
        collection._record(
            CollectionAdded(occurred_at=at, collection_id=id, collection=details.event_data())
        )
        return collection

    def edit(self, details: CollectionDetails, *, at: datetime) -> bool:
        """Replace the details and return whether anything changed."""
        if details == self.details:
            return False
        before, after = changed_fields(self.details.event_data(), details.event_data())
        self.details = details
        self._record(
            CollectionEdited(occurred_at=at, collection_id=self.id, before=before, after=after)
        )
        return True
