"""Attributes of the products of a category, such as a material or a weight."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from novacart.domain.catalog.attribute_details import (
    AttributeChoice,
    AttributeDetails,
    AttributeValues,
)
from novacart.domain.catalog.errors import AttributeNotInCategory
from novacart.domain.catalog.events import (
    AttributeAdded,
    AttributeEdited,
    AttributeRemoved,
    changed_fields,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AttributeId, CategoryId


class Attribute(AggregateRoot):
    """An attribute of a category. Products in it and in those below can have a value."""

    __slots__ = ("category_id", "details", "id")

    def __init__(
        self,
        *,
        id: AttributeId,
        category_id: CategoryId,
        details: AttributeDetails,
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.category_id = category_id
        self.details = details

    @classmethod
    def create(
        cls, *, id: AttributeId, category_id: CategoryId, details: AttributeDetails, at: datetime
    ) -> Self:
        """A new attribute."""
        attribute = cls(id=id, category_id=category_id, details=details)
        attribute._record(
            AttributeAdded(
                occurred_at=at,
                attribute_id=id,
                category_id=category_id,
                attribute=details.event_data(),
            )
        )
        return attribute

    def edit(self, details: AttributeDetails, *, at: datetime) -> bool:
        """Replace the details and return whether anything changed.

        Raises `InvalidValue` for another type, since products may have values, and for another
        code, since links and files may have it.
        """
        if details.type is not self.details.type:
            raise InvalidValue("type", "The type of an attribute can't be changed.")
        if details.code != self.details.code:
            raise InvalidValue("code", "The code of an attribute can't be changed.")
        if details == self.details:
            return False
        before, after = changed_fields(self.details.event_data(), details.event_data())
        self.details = details
        self._record(
            AttributeEdited(occurred_at=at, attribute_id=self.id, before=before, after=after)
        )
        return True

    def remove(self, *, at: datetime) -> None:
        """Record that it is removed."""
        self._record(
            AttributeRemoved(
                occurred_at=at,
                attribute_id=self.id,
                category_id=self.category_id,
                attribute=self.details.event_data(),
            )
        )

    def loses_unit(self, details: AttributeDetails) -> bool:
        """Whether the details change or remove the unit of the numbers that are stored."""
        return self.details.unit is not None and details.unit != self.details.unit

    def removed_choices(self, details: AttributeDetails) -> list[AttributeChoice]:
        """The choices that new details no longer have."""
        kept = {each.id for each in details.choices}
        return [each for each in self.details.choices if each.id not in kept]


def apply_changes(
    before: AttributeValues,
    old: Sequence[Attribute],
    new: Sequence[Attribute],
    changes: Mapping[str, object],
) -> AttributeValues:
    """The values of a product after changes, by code.

    `old` are the attributes of the product's category before the change, `new` those of its
    category afterwards. `changes` are values as `AttributeDetails.value_of` accepts them; None
    removes a value. Raises `InvalidValue` on the field of an attribute, and
    `AttributeNotInCategory` if the product keeps a value of an attribute that the category does
    not have.
    """
    values = dict(before)
    for code, given in changes.items():
        replaced = [each.id for each in [*old, *new] if each.details.code == code]
        attribute = next((each for each in new if each.details.code == code), None)
        if not replaced or (given is not None and attribute is None):
            raise InvalidValue(f"attributes.{code}", "The category has no such attribute.")
        for attribute_id in replaced:
            values.pop(attribute_id, None)
        if given is not None and attribute is not None:
            values[attribute.id] = attribute.details.value_of(given)
    known = {each.id for each in new}
    lost = [
        (each.details.code, each.details.name)
        for each in old
        if each.id in values and each.id not in known
    ]
    if lost:
        raise AttributeNotInCategory(lost)
    return tuple(values.items())
