"""Conditions on the values of attributes of products in SQL, and their parameters."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    false,
    intersect,
    literal_column,
    select,
)

from novacart.adapters.persistence.catalog.tables import product_attributes
from novacart.adapters.persistence.keyset import is_one_of
from novacart.domain.catalog.attribute_details import AttributeCondition

InBranch = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""Whether a column has one of the categories of a list."""


def condition_parameters(conditions: Sequence[AttributeCondition]) -> dict[str, object]:
    """The parameters of conditions on attributes."""
    parameters: dict[str, object] = {}
    for number, condition in enumerate(conditions):
        parameters |= _attribute_parameters(number, condition)
    return parameters


def _attribute_parameters(number: int, condition: AttributeCondition) -> dict[str, object]:
    prefix = f"attribute_{number}"
    parameters: dict[str, object] = {prefix: condition.attribute_id}
    for place, value in enumerate(condition.values):
        kind = "text" if isinstance(value, str) else "number"
        parameters[f"{prefix}_{kind}_{place}"] = value
    if condition.minimum is not None:
        parameters[f"{prefix}_min"] = condition.minimum
    if condition.maximum is not None:
        parameters[f"{prefix}_max"] = condition.maximum
    return parameters


def value_matches(
    number: int, condition: AttributeCondition, values: FromClause = product_attributes
) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """The attribute of a condition, and whether a value matches it."""
    binds = {
        name: bindparam(name, value, type_=Text if isinstance(value, str) else BigInteger)
        for name, value in _attribute_parameters(number, condition).items()
    }
    prefix = f"attribute_{number}"
    stored = values.c
    attribute_id: ColumnElement[Any] = binds.pop(prefix)
    texts = [bind for name, bind in binds.items() if "_text_" in name]
    if texts:
        return attribute_id, is_one_of(stored.text, texts)
    # So that an index of text and number finds the number.
    conditions: list[ColumnElement[bool]] = [stored.text == literal_column("''")]
    numbers = [bind for name, bind in binds.items() if "_number_" in name]
    if numbers:
        conditions.append(is_one_of(stored.number, numbers))
    elif not condition.has_bounds:
        conditions.append(false())
    if condition.minimum is not None:
        conditions.append(stored.number >= binds[f"{prefix}_min"])
    if condition.maximum is not None:
        conditions.append(stored.number <= binds[f"{prefix}_max"])
    return attribute_id, and_(*conditions)


def products_with_values(
    conditions: Sequence[AttributeCondition], in_branch: InBranch | None
) -> Any:  # noqa: ANN401 (a SELECT or an intersection of some)
    """Select the ids of all products that match conditions, as `product_id`."""
    selects = []
    for number, condition in enumerate(conditions):
        attribute_id, matches = value_matches(number, condition)
        stored = product_attributes.c
        having = select(stored.product_id).where(stored.attribute_id == attribute_id, matches)
        if in_branch is not None:
            having = having.where(in_branch(stored.category_id))
        selects.append(having)
    return selects[0] if len(selects) == 1 else intersect(*selects)


def have_values(
    of_products: FromClause, conditions: Sequence[AttributeCondition]
) -> list[ColumnElement[bool]]:
    """Whether each product has the values, which are looked up one after the other."""
    matching = []
    for number, condition in enumerate(conditions):
        attribute_id, matches = value_matches(number, condition)
        stored = product_attributes.c
        # A value, not EXISTS, so that PostgreSQL looks it up for each product.
        value = select(case((matches, 1), else_=0)).where(
            stored.product_id == of_products.c.id, stored.attribute_id == attribute_id
        )
        one = literal_column("1", Integer)
        matching.append(value.correlate(of_products).scalar_subquery() == one)
    return matching
