"""Rules of attributes that depend on categories and products."""

from collections.abc import Mapping, Sequence

from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import MAX_ATTRIBUTES, AttributeValues
from novacart.domain.catalog.category_tree import CategoryTree
from novacart.domain.catalog.errors import (
    AttributeCodeTaken,
    AttributeInUse,
    AttributeNotInCategory,
    CatalogLimitReached,
)
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId


def changed_values(
    work: UnitOfWork,
    before: ProductDetails | None,
    category_id: CategoryId | None,
    changes: Mapping[str, object],
) -> AttributeValues:
    """The values of a product in a category after changes.

    `before` are the details of the product, None for a new one. `changes` are values by code as
    `AttributeDetails.value_of` accepts them; None removes a value. Raises `InvalidValue` on the
    field of an attribute, and `AttributeNotInCategory` if the product keeps a value of an attribute
    that the category does not have.
    """
    values = {} if before is None else dict(before.attributes)
    if not values and not changes:
        return ()
    old_category = None if before is None else before.category_id
    if old_category == category_id and not changes:
        return tuple(values.items())
    old = [] if old_category is None else work.attributes.of_category(old_category)
    new = old
    if category_id != old_category:
        new = [] if category_id is None else work.attributes.of_category(category_id)
    return apply_changes(tuple(values.items()), old, new, changes)


def apply_changes(
    before: AttributeValues,
    old: Sequence[Attribute],
    new: Sequence[Attribute],
    changes: Mapping[str, object],
) -> AttributeValues:
    """The values after changes by code.

    `old` are the attributes of the product's category before the change, `new` those of its
    category afterwards. Raises as `changed_values`.
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


def ensure_can_be_added(
    attribute: Attribute, tree: CategoryTree, others: Sequence[Attribute]
) -> None:
    """Check a new attribute against the `others` of the shop.

    Raises `AttributeCodeTaken` and `CatalogLimitReached`.
    """
    below = list(tree.depth_first(attribute.category_id))
    above = tree.path(attribute.category_id)
    for other in others:
        is_near = other.category_id in above or other.category_id in below
        if is_near and other.details.code == attribute.details.code:
            raise AttributeCodeTaken(attribute.details.code)
    for category_id in [attribute.category_id, *below]:
        _ensure_within_limit(tree.path(category_id), [*others, attribute])


def ensure_can_be_moved(
    work: UnitOfWork, tree: CategoryTree, category_id: CategoryId, parent_id: CategoryId | None
) -> None:
    """Check the attributes of a category that moves into another parent, with its branch.

    `tree` is the tree before the move. Raises `AttributeInUse` for an attribute that the branch
    would lose, if a product in it has a value or the rule of a collection for one of its categories
    names it. Raises `AttributeCodeTaken` and `CatalogLimitReached`.
    """
    attributes = work.attributes.all()
    old_above = tree.path(category_id)[:-1]
    new_above = [] if parent_id is None else tree.path(parent_id)
    branch = [category_id, *tree.depth_first(category_id)]
    lost = {
        each.id: each.details.name
        for each in attributes
        if each.category_id in old_above and each.category_id not in new_above
    }
    used = work.attributes.used(lost, branch) if lost else None
    if used is not None:
        attribute_id, product_id = used
        raise AttributeInUse.by_product(lost[attribute_id], product_id)
    for attribute_id, name in lost.items():
        collection = work.collections.named_in_rule(attribute_id, category_ids=branch)
        if collection is not None:
            raise AttributeInUse.by_rule(name, collection)
    own_codes = {each.details.code for each in attributes if each.category_id in branch}
    for each in attributes:
        if each.category_id in new_above and each.details.code in own_codes:
            raise AttributeCodeTaken(each.details.code)
    for below in branch:
        own_path = [each for each in tree.path(below) if each not in old_above]
        _ensure_within_limit([*new_above, *own_path], attributes)


def _ensure_within_limit(path: Sequence[CategoryId], attributes: Sequence[Attribute]) -> None:
    if sum(each.category_id in path for each in attributes) > MAX_ATTRIBUTES:
        raise CatalogLimitReached("attributes of a category and those above it", MAX_ATTRIBUTES)
