"""The attributes of all categories, which the categories below them inherit."""

from collections.abc import Mapping, Sequence

from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import MAX_ATTRIBUTES
from novacart.domain.catalog.category_tree import CategoryTree
from novacart.domain.catalog.errors import AttributeCodeTaken, CatalogLimitReached
from novacart.domain.shared.ids import AttributeId, CategoryId


class CategoryAttributes:
    """The attributes of all categories, and the tree of these before a change.

    A category and those above it have at most `MAX_ATTRIBUTES` attributes together, each with a
    code of its own.
    """

    def __init__(self, tree: CategoryTree, attributes: Sequence[Attribute]) -> None:
        self._tree = tree
        self._attributes = attributes

    def ensure_can_be_added(self, attribute: Attribute) -> None:
        """Check a new attribute. Raises `AttributeCodeTaken` and `CatalogLimitReached`."""
        below = list(self._tree.depth_first(attribute.category_id))
        near = {*self._tree.path(attribute.category_id), *below}
        for other in self._attributes:
            if other.category_id in near and other.details.code == attribute.details.code:
                raise AttributeCodeTaken(attribute.details.code)
        for category_id in [attribute.category_id, *below]:
            _ensure_within_limit(self._tree.path(category_id), [*self._attributes, attribute])

    def lost_by_move(
        self, category_id: CategoryId, parent_id: CategoryId | None
    ) -> Mapping[AttributeId, str]:
        """The names of the attributes that a category no longer inherits in another parent."""
        old_above, new_above = self._above(category_id, parent_id)
        return {
            each.id: each.details.name
            for each in self._attributes
            if each.category_id in old_above and each.category_id not in new_above
        }

    def ensure_can_be_moved(self, category_id: CategoryId, parent_id: CategoryId | None) -> None:
        """Check the attributes of a category that moves into another parent, with its branch.

        Raises `AttributeCodeTaken` and `CatalogLimitReached`.
        """
        old_above, new_above = self._above(category_id, parent_id)
        branch = [category_id, *self._tree.depth_first(category_id)]
        own_codes = {each.details.code for each in self._attributes if each.category_id in branch}
        for each in self._attributes:
            if each.category_id in new_above and each.details.code in own_codes:
                raise AttributeCodeTaken(each.details.code)
        for below in branch:
            own_path = [each for each in self._tree.path(below) if each not in old_above]
            _ensure_within_limit([*new_above, *own_path], self._attributes)

    def _above(
        self, category_id: CategoryId, parent_id: CategoryId | None
    ) -> tuple[Sequence[CategoryId], Sequence[CategoryId]]:
        """The categories above a category before and after a move."""
        return (
            self._tree.path(category_id)[:-1],
            [] if parent_id is None else self._tree.path(parent_id),
        )


def _ensure_within_limit(path: Sequence[CategoryId], attributes: Sequence[Attribute]) -> None:
    if sum(each.category_id in path for each in attributes) > MAX_ATTRIBUTES:
        raise CatalogLimitReached("attributes of a category and those above it", MAX_ATTRIBUTES)
