"""The best sellers of a period, from stored figures and live orders."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Row, Select, func, literal, or_, select, union_all

from novacart.adapters.persistence.back_office.daily_sales import DAY, next_month
from novacart.adapters.persistence.back_office.tables import (
    sales_day_products,
    sales_month_products,
)
from novacart.domain.shared.ids import ProductId

Sales = Select[*tuple[Any, ...]]
"""Rows with `product_id`, `units` and `revenue_minor`."""

# Of each month, of each day and of the live orders.
_CANDIDATES: Final = 100
# Figures of more products are not read one by one.
_MAX_CANDIDATES: Final = 2_000


class ProductSales(NamedTuple):
    product_id: ProductId
    units: int
    revenue_minor: int


def best_sellers(
    connection: Connection, first: date, last: date, live: Sales, *, limit: int
) -> Sequence[ProductSales]:
    """Return the products with most units in stored figures of the period and in `live`.

    A shop sells a million products in a year, so only the best of each month, or of each day
    outside of a whole month, are summed. Any other product has at most the units of the last of
    them together (the threshold algorithm of Fagin, Lotem and Naor). If the result does not exceed
    that, because no product sells more than others, all products are summed.

    `live` is read once, since that takes longer than everything else, and again only if all
    products are summed. The statements have to see the same data: execute them in a snapshot.
    """
    months, days = _split(first, last)
    best = [
        *(_best(sales_month_products.c.month, month) for month in months),
        *(_best(sales_day_products.c.day, day) for day in days),
    ]
    stored = [
        _stored(sales_month_products.c.month, months),
        _stored(sales_day_products.c.day, days),
    ]
    candidates, threshold = _candidates(connection, best)
    if len(candidates) <= _MAX_CANDIDATES:
        live_rows = connection.execute(_best_live(live, candidates)).all()
        best_live = [int(row.units) for row in live_rows if row.place <= _CANDIDATES]
        if len(best_live) == _CANDIDATES:
            threshold += min(best_live)
        candidates |= {row.product_id for row in live_rows}
        stored_rows = connection.execute(_sums(stored, candidates))
        rows = _most_units([*stored_rows, *live_rows], limit)
        if threshold < (rows[-1].units if len(rows) == limit else 1):
            return rows
    return sold_most(connection, [*stored, live], limit=limit)


def sold_most(
    connection: Connection, sales: Sequence[Sales], *, limit: int
) -> Sequence[ProductSales]:
    """Return the products with most units, summed in the database."""
    sums = _sums(sales).subquery()
    rows = connection.execute(
        select(sums).order_by(sums.c.units.desc(), sums.c.product_id).limit(limit)
    )
    return _most_units(rows, limit)


def _most_units(rows: Iterable[Row[Any]], limit: int) -> Sequence[ProductSales]:
    """Sum the rows of each product; return those with most units."""
    units: Counter[int] = Counter()
    revenue: Counter[int] = Counter()
    for row in rows:
        units[row.product_id] += int(row.units)
        revenue[row.product_id] += int(row.revenue_minor)
    best = sorted(units, key=lambda product_id: (-units[product_id], product_id))[:limit]
    return [ProductSales(ProductId(each), units[each], revenue[each]) for each in best]


def _sums(sales: Sequence[Sales], among: Iterable[int] | None = None) -> Sales:
    """Select the sums of each product, of all or `among` some."""
    each = union_all(*sales).subquery()
    statement = select(
        each.c.product_id,
        func.sum(each.c.units).label("units"),
        func.sum(each.c.revenue_minor).label("revenue_minor"),
    ).group_by(each.c.product_id)
    return statement if among is None else statement.where(each.c.product_id.in_(among))


def _best_live(live: Sales, candidates: Iterable[int]) -> Sales:
    """Select the sums of `candidates` and of the products with most units, which have a place."""
    sums = _sums([live]).subquery()
    place = func.row_number().over(order_by=sums.c.units.desc()).label("place")
    placed = select(sums, place).subquery()
    return select(placed).where(
        or_(placed.c.place <= _CANDIDATES, placed.c.product_id.in_(candidates))
    )


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
