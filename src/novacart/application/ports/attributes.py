"""Repository of the attributes of categories."""

from collections.abc import Collection, Sequence
from typing import Protocol

from novacart.domain.catalog.attribute import Attribute
from novacart.domain.shared.ids import AttributeChoiceId, AttributeId, CategoryId, ProductId


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
        self,
        attribute_ids: Collection[AttributeId],
        category_ids: Collection[CategoryId] | None = None,
    ) -> tuple[AttributeId, ProductId] | None:
        """One of the attributes of which a product, archived or not, has a value, and the product.

        With `category_ids`, only products of these categories count.
        """
        ...

    def used_choice(
        self, attribute_id: AttributeId, choice_ids: Collection[AttributeChoiceId]
    ) -> tuple[AttributeChoiceId, ProductId] | None:
        """One of the choices that a product, archived or not, has, and the product."""
        ...

    def add(self, attribute: Attribute) -> None: ...

    def save(self, attribute: Attribute) -> None:
        """Raises `ConcurrentChange` if the version is not the stored one."""
        ...

    def delete(self, attribute: Attribute) -> None:
        """Delete an attribute that no product has."""
        ...
