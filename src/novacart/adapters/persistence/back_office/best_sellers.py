"""The best sellers of a period, from stored figures and live orders."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, Select, func, literal, select, union_all

from novacart.adapters.persistence.back_office.daily_sales import DAY, next_month
from novacart.adapters.persistence.back_office.tables import (
    sales_day_products,
    sales_month_products,
)

Sales = Select[*tuple[Any, ...]]
"""Rows with `product_id`, `units` and `revenue_minor`."""

# Of each month, of each day and of the live orders.
_CANDIDATES: Final = 100
# Figures of more products are not read one by one.
_MAX_CANDIDATES: Final = 2_000


def best_sellers(
    connection: Connection, first: date, last: date, live: Sales, *, limit: int
) -> Sequence[Row[Any]]:
    """Return the products with most units in stored figures of the period and in `live`.

    A shop sells a million products in a year, so only the best of each month, or of each day
    outside of a whole month, are summed. Any other product has at most the units of the last of
    them together (the threshold algorithm of Fagin, Lotem and Naor). If the result does not exceed
    that, because no product sells more than others, all products are summed.
    """
    months, days = _split(first, last)
    best = [
        *(_best(sales_month_products.c.month, month) for month in months),
        *(_best(sales_day_products.c.day, day) for day in days),
        most_units([live], _CANDIDATES),
    ]
    candidates, threshold = _candidates(connection, best)
    sales = [
        _stored(sales_month_products.c.month, months),
        _stored(sales_day_products.c.day, days),
        live,
    ]
    if len(candidates) <= _MAX_CANDIDATES:
        rows = connection.execute(most_units(sales, limit, among=candidates)).all()
        if threshold < (rows[-1].units if len(rows) == limit else 1):
            return rows
    return connection.execute(most_units(sales, limit)).all()


def most_units(
    sales: Sequence[Sales], limit: int, *, among: Collection[int] | None = None
) -> Sales:
    """Select the products with most units, of all or `among` some."""
    each = union_all(*sales).subquery()
    units = func.sum(each.c.units)
    statement = (
        select(
            each.c.product_id,
            units.label("units"),
            func.sum(each.c.revenue_minor).label("revenue_minor"),
        )
        .group_by(each.c.product_id)
        .order_by(units.desc(), each.c.product_id)
        .limit(limit)
    )
    return statement if among is None else statement.where(each.c.product_id.in_(among))


def _candidates(connection: Connection, best: Sequence[Sales]) -> tuple[set[int], int]:
    """Return the best products of each part, and the units that others have at most."""
    parts = enumerate(each.subquery() for each in best)
    rows = connection.execute(
        union_all(
            *(
                select(literal(number).label("part"), part.c.product_id, part.c.units)
                for number, part in parts
            )
        )
    ).all()
    units: dict[int, list[int]] = {}
    for row in rows:
        units.setdefault(row.part, []).append(int(row.units))
    threshold = sum(min(each) for each in units.values() if len(each) == _CANDIDATES)
    return {row.product_id for row in rows}, threshold


def _best(column: Column[date], value: date) -> Sales:
    table = column.table
    return (
        select(table.c.product_id, table.c.units)
        .where(column == value)
        .order_by(table.c.units.desc())
        .limit(_CANDIDATES)
    )


def _stored(column: Column[date], values: Sequence[date]) -> Sales:
    table = column.table
    return select(table.c.product_id, table.c.units, table.c.revenue_minor).where(
        column.in_(values)
    )


def _split(first: date, last: date) -> tuple[list[date], list[date]]:
    """Return the first days of the whole months of the period, and its other days."""
    months, days = [], []
    day = first
    while day <= last:
        following = next_month(day)
        if day.day == 1 and following <= last + DAY:
            months.append(day)
            day = following
        else:
            days.append(day)
            day += DAY
    return months, days
