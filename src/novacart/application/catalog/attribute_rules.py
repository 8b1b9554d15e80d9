"""Checks of attributes that read categories, products and collections."""

from collections.abc import Mapping

from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.attribute import apply_changes
from novacart.domain.catalog.attribute_details import AttributeValues
from novacart.domain.catalog.category_attributes import CategoryAttributes
from novacart.domain.catalog.category_tree import CategoryTree
from novacart.domain.catalog.errors import AttributeInUse
from novacart.domain.catalog.product_details import ProductDetails
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


def ensure_can_be_moved(
    work: UnitOfWork, tree: CategoryTree, category_id: CategoryId, parent_id: CategoryId | None
) -> None:
    """Check the attributes of a category that moves into another parent, with its branch.

    `tree` is the tree before the move. Raises `AttributeInUse` for an attribute that the branch
    would lose, if a product in it has a value or the rule of a collection for one of its categories
    names it. Raises as `CategoryAttributes.ensure_can_be_moved`.
    """
    attributes = CategoryAttributes(tree, work.attributes.all())
    branch = [category_id, *tree.depth_first(category_id)]
    lost = attributes.lost_by_move(category_id, parent_id)
    used = work.attributes.used(lost, branch) if lost else None
    if used is not None:
        attribute_id, product_id = used
        raise AttributeInUse.by_product(lost[attribute_id], product_id)
    for attribute_id, name in lost.items():
        collection = work.collections.named_in_rule(attribute_id, category_ids=branch)
        if collection is not None:
            raise AttributeInUse.by_rule(name, collection)
    attributes.ensure_can_be_moved(category_id, parent_id)
