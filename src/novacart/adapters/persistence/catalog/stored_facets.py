"""Statements that read stored counts of products by category and value."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from novacart.adapters.persistence.catalog.attribute_conditions import (
    condition_parameters,
    value_matches,
)
from novacart.adapters.persistence.catalog.brand_counts import total
from novacart.adapters.persistence.catalog.facet_rows import (
    ZERO,
    RowKind,
    facet_parameters,
    facet_row,
    is_in,
    value_rows,
)
from novacart.adapters.persistence.catalog.tables import attribute_counts
from novacart.adapters.persistence.statements import DriverStatement, Parameters, StatementCache
from novacart.application.catalog.queries import AttributeView
from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.shared.ids import CategoryId

_STATEMENTS: Final = StatementCache()


def stored_values(
    dialect: str, branch: Sequence[CategoryId], attributes: Sequence[AttributeView], *, most: int
) -> tuple[DriverStatement, Parameters]:
    """The statement for `add_values` that sums stored counts, and its parameters.

    Of each attribute, it reads the `most` frequent values of each category.
    """

    def build() -> DriverStatement:
        read = _most_frequent(dialect)
        key = (read.c.attribute_id, read.c.text, read.c.number)
        counted = select(*key, total(read.c.products).label("products")).group_by(*key)
        rows = func.count()
        partial = facet_row(RowKind.PARTIAL, id=read.c.attribute_id, products=rows)
        return DriverStatement(
            union_all(
                *value_rows(counted.cte("counted"), dialect),
                partial.group_by(read.c.category_id, read.c.attribute_id).having(
                    rows == bindparam("most", type_=Integer)
                ),
            ),
            generic_plan=True,
        )

    parameters = {"branch": list(branch), "most": most, **facet_parameters(attributes)}
    return _STATEMENTS.get(("stored values", dialect), build), parameters


def stored_bounds(
    dialect: str, branch: Sequence[CategoryId], attributes: Sequence[AttributeView]
) -> tuple[DriverStatement, Parameters]:
    """The statement that finds the lowest and highest number of attributes, and its parameters.

    It reads two numbers of each attribute in each category.
    """

    def build() -> DriverStatement:
        category, attribute = _each(dialect, "branch"), _each(dialect, "faceted")
        stored = attribute_counts.c
        number = (
            select(stored.number)
            .where(
                stored.category_id == category.c.value,
                stored.attribute_id == attribute.c.value,
                stored.text == literal_column("''"),
                # Not an order, which SQLite would look up in the index of the most frequent values.
                stored.products != ZERO,
            )
            .limit(literal_column("1", Integer))
            .correlate(category, attribute)
        )
        lowest = number.order_by(stored.number).scalar_subquery()
        highest = number.order_by(stored.number.desc()).scalar_subquery()
        return DriverStatement(
            select(attribute.c.value, func.min(lowest), func.max(highest))
            .select_from(category.join(attribute, true()))
            .group_by(attribute.c.value),
            generic_plan=True,
        )

    parameters = {"branch": list(branch), "faceted": [each.id for each in attributes]}
    return _STATEMENTS.get(("stored bounds", dialect), build), parameters


def stored_numbers(
    dialect: str, branch: Sequence[CategoryId], conditions: Sequence[AttributeCondition]
) -> tuple[DriverStatement, Parameters]:
    """The statement that sums stored counts of the values of conditions, and its parameters.

    It selects the place of each condition and the number of products that match it, without
    conditions that have bounds, since any number of values can be within them. At least one
    condition must have none.
    """
    parameters = {"branch": list(branch), **condition_parameters(conditions)}

    def build() -> DriverStatement:
        stored = attribute_counts.c
        selects = []
        for number, condition in enumerate(conditions):
            if condition.has_bounds:
                continue
            attribute_id, matches = value_matches(number, condition, attribute_counts)
            counted = select(literal_column(str(number), Integer), total(stored.products))
            counted = counted.where(stored.attribute_id == attribute_id, matches)
            selects.append(counted.where(is_in(dialect, stored.category_id, "branch")))
        return DriverStatement(union_all(*selects), generic_plan=True)

    return _STATEMENTS.get(("stored numbers", dialect, *parameters), build), parameters


def _most_frequent(dialect: str) -> FromClause:
    """The `most` frequent stored values of each attribute in each category."""
    category, attribute = _each(dialect, "branch"), _each(dialect, "faceted")
    pairs = category.join(attribute, true())
    stored = attribute_counts.alias("stored")
    frequent = (
        select(stored if dialect == "postgresql" else _row_id(stored))
        .where(
            stored.c.category_id == category.c.value,
            stored.c.attribute_id == attribute.c.value,
            stored.c.products > ZERO,
        )
        .order_by(stored.c.products.desc(), stored.c.text, stored.c.number)
        .limit(bindparam("most", type_=Integer))
        .correlate(category, attribute)
    )
    if dialect == "postgresql":
        each = frequent.lateral("each_frequent")
        return select(each).select_from(pairs.join(each, true())).cte("frequent")
    # SQLite has no LATERAL.
    is_frequent = _row_id(attribute_counts).in_(frequent)
    each_pair = pairs.join(attribute_counts, is_frequent)
    return select(attribute_counts).select_from(each_pair).cte("frequent")


def _row_id(table: FromClause) -> ColumnElement[int]:
    """The key by which SQLite stores a row."""
    return column("rowid", BigInteger, _selectable=table)


def _each(dialect: str, name: str) -> FromClause:
    """A row with the `value` of each id in a parameter."""
    value, alias = column("value", BigInteger), f"each_{name}"
    if dialect == "postgresql":
        ids = func.unnest(bindparam(name, type_=ARRAY(BigInteger)))
        return ids.table_valued(value).render_derived(name=alias)
    return func.json_each(bindparam(name, type_=JSON)).table_valued(value, name=alias)
