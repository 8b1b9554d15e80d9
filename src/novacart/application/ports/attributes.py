"""Repository of the attributes of categories."""

from collections.abc import Collection, Sequence
from typing import Protocol

from novacart.domain.catalog.attribute import Attribute
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId, CategoryId


class Attributes(Protocol):
    """The tree of categories is locked before an attribute is added, changed or removed."""

    def of_category(self, category_id: CategoryId) -> Sequence[Attribute]:
        """The attributes of a category and of those above it, these first, in their order.

        Neither they nor the tree of categories change until the unit of work ends.
        """
        ...

    def all(self) -> Sequence[Attribute]: ...

    def get_for_update(self, attribute_id: AttributeId) -> Attribute:
        """Load and lock an attribute. Raises `AttributeNotFound`."""
        ...

    def used(
        self, attribute_ids: Collection[AttributeId], category_ids: Collection[CategoryId]
    ) -> AttributeId | None:
        """One of the attributes that a product of the categories has, archived or not."""
        ...

    def used_choice(
        self, attribute_id: AttributeId, choice_ids: Collection[AttributeChoiceId]
    ) -> AttributeChoiceId | None:
        """One of the choices that a product has, archived or not."""
        ...

    def add(self, attribute: Attribute) -> None: ...

    def save(self, attribute: Attribute) -> None:
        """Raises `ConcurrentChange` if the version is not the stored one."""
        ...

    def delete(self, attribute: Attribute) -> None:
        """Delete an attribute that no product has."""
        ...
