"""Keyset pagination: the cost of a page does not depend on its position in the list."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, tuple_


def seek(
    statement: Select[*tuple[Any, ...]],
    order: Sequence[ColumnElement[Any]],
    *,
    descending: bool,
    limit: int,
    after: Sequence[object] | None,
) -> Select[*tuple[Any, ...]]:
    """Select the `limit` rows after a position, and one more if there is a next page.

    The columns of `order` are never null and together unique. `after` has the values of these
    columns in the last row before the page, or their parameters; None selects the first page.
    """
    if after is not None:
        statement = statement.where(follows(order, after, descending=descending))
    columns = [column.desc() for column in order] if descending else order
    return statement.order_by(*columns).limit(limit + 1)


def follows(
    order: Sequence[ColumnElement[Any]], after: Sequence[object], *, descending: bool
) -> ColumnElement[bool]:
    """Whether a row is after a position."""
    position = tuple_(
        *(
            value if isinstance(value, ColumnElement) else literal(value, column.type)
            for column, value in zip(order, after, strict=True)
        )
    )
    row = tuple_(*order)
    return row < position if descending else row > position


def is_one_of(
    column: ColumnElement[Any], values: Sequence[ColumnElement[Any]]
) -> ColumnElement[bool]:
    """Whether a column has one of the values."""
    # Equality with a single value lets an index return rows in the order of the list.
    return column == values[0] if len(values) == 1 else column.in_(values)
