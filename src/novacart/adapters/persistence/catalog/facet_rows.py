"""Rows that the statements of facets select, and the counts in them."""

from collections import defaultdict
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)

from novacart.adapters.persistence.catalog.brand_counts import total
from novacart.adapters.persistence.statements import Row
from novacart.application.catalog.facets import FacetCounts, FacetGroup
from novacart.application.catalog.queries import MAX_FACET_VALUES, AttributeView
from novacart.domain.catalog.attribute_details import AttributeType, AttributeValue
from novacart.domain.shared.ids import AttributeId

ZERO: Final[ColumnElement[Any]] = literal_column("0", BigInteger)
EMPTY: Final[ColumnElement[Any]] = literal_column("''", Text)


def constant(number: int) -> ColumnElement[int]:
    """A number that is part of the statement, not a parameter."""
    return literal_column(str(number), BigInteger)


class RowKind(IntEnum):
    """The first column of a row: what it counts."""

    TOTALS = 0
    IN_STOCK = 1
    CATEGORIES = 2
    BRANDS = 3
    VALUES = 4
    RANGES = 5
    PARTIAL = 6


def facet_row(
    kind: RowKind,
    *,
    products: ColumnElement[Any],
    id: ColumnElement[Any] = ZERO,
    text: ColumnElement[Any] = EMPTY,
    number: ColumnElement[Any] = ZERO,
    low: ColumnElement[Any] = ZERO,
    high: ColumnElement[Any] = ZERO,
) -> Select[*tuple[Any, ...]]:
    """Select the columns that all kinds of rows have."""
    return select(literal_column(str(kind.value)), id, text, number, products, low, high)


def value_rows(counted: FromClause, dialect: str) -> list[Select[*tuple[Any, ...]]]:
    """Select the most frequent values of each attribute, and its number of products and range."""
    column = counted.c
    place = func.row_number().over(
        partition_by=column.attribute_id,
        order_by=(column.products.desc(), column.text, column.number),
    )
    placed = (
        select(counted, place.label("place"))
        .where(is_in(dialect, column.attribute_id, "enumerated"))
        .subquery("placed")
    )
    return [
        facet_row(
            RowKind.VALUES,
            id=placed.c.attribute_id,
            text=placed.c.text,
            number=placed.c.number,
            products=placed.c.products,
        ).where(placed.c.place <= literal_column(str(MAX_FACET_VALUES), BigInteger)),
        facet_row(
            RowKind.RANGES,
            id=column.attribute_id,
            products=total(column.products),
            low=func.min(column.number),
            high=func.max(column.number),
        ).group_by(column.attribute_id),
    ]


def add_values(counts: FacetCounts, group: FacetGroup, rows: Sequence[Row], factor: int) -> None:
    """Add the counts of values in rows, multiplied by a factor if they are of a sample.

    Attributes of which not all stored values were read are `estimated`.
    """
    values: dict[AttributeId, dict[AttributeValue, int]] = defaultdict(dict)
    ranges = {}
    counts.estimated = sorted({AttributeId(row[1]) for row in rows if row[0] == RowKind.PARTIAL})
    types = {each.id: each.details.type for each in group.attributes}
    for kind, id_, text, number, products_, low, high in rows:
        if kind in {RowKind.VALUES, RowKind.RANGES} and id_ in types:
            if kind == RowKind.VALUES:
                value = text if types[id_] is AttributeType.TEXT else number
                values[id_][value] = products_ * factor
            else:
                ranges[id_] = products_ * factor, low, high
    counts.values, counts.ranges = values, ranges


def facet_parameters(attributes: Sequence[AttributeView]) -> dict[str, object]:
    """The ids of attributes that have a facet, and of those whose values are listed."""
    return {
        "faceted": [each.id for each in attributes],
        "enumerated": [
            each.id for each in attributes if each.details.type is not AttributeType.NUMBER
        ],
    }


def is_in(dialect: str, id_: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """Whether an id is one of those in a parameter, so that the SQL is that of any number."""
    if dialect == "postgresql":
        return id_ == any_(bindparam(name, type_=ARRAY(BigInteger)))
    ids = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return id_.in_(select(ids.c.value))
