"""The figures of days: counted from their orders and refunds, or found as they were kept."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select

from novacart.adapters.persistence.back_office.tables import (
    sales_day_products,
    sales_month_products,
)
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.payments.tables import refunds

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """Amounts in minor units of the shop's currency."""

    placed: int = 0
    confirmed: int = 0
    paid: int = 0
    revenue_minor: int = 0
    refunded_minor: int = 0


def counted_live(connection: Connection, first: date, last: date) -> dict[date, DayFigures]:
    """The figures of each day of the span on which anything happened."""
    figures: dict[date, DayFigures] = {}
    for statement in (_placed(first, last), _paid(first, last), _refunded(first, last)):
        for row in connection.execute(statement).mappings():
            counted = {name: int(value) for name, value in row.items() if name != "day"}
            day = _as_date(row["day"])
            figures[day] = replace(figures.get(day, DayFigures()), **counted)
    return figures


def products_live(first: date, last: date) -> Select[*tuple[Any, ...]]:
    """What was sold of each product on the days of the span, a line at a time."""
    return (
        select(
            order_lines.c.product_id,
            order_lines.c.quantity.label("units"),
            (order_lines.c.quantity * order_lines.c.unit_price_minor).label("revenue_minor"),
        )
        .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
        .where(_within(orders.c.paid_at, first, last), order_lines.c.status != "CANCELLED")
    )


def products_kept(first: date, last: date) -> list[Select[*tuple[Any, ...]]]:
    """What was sold on those days of the span that were counted, in months where they are whole.

    A year is a dozen rows of each product then, rather than one for each day it was sold on.
    """
    month = first if first.day == 1 else next_month(first)
    end = (last + _DAY).replace(day=1)
    if month >= end:
        return [_by_day(first, last)]
    whole = select(
        sales_month_products.c.product_id,
        sales_month_products.c.units,
        sales_month_products.c.revenue_minor,
    ).where(sales_month_products.c.month >= month, sales_month_products.c.month < end)
    return [_by_day(first, month - _DAY), whole, _by_day(end, last)]


def next_month(day: date) -> date:
    """The first day of the month after that of `day`."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _by_day(first: date, last: date) -> Select[*tuple[Any, ...]]:
    return select(
        sales_day_products.c.product_id,
        sales_day_products.c.units,
        sales_day_products.c.revenue_minor,
    ).where(sales_day_products.c.day.between(first, last))


def _placed(first: date, last: date) -> Select[*tuple[Any, ...]]:
    day = func.date(orders.c.placed_at).label("day")
    confirmed = or_(orders.c.paid_at.is_not(None), orders.c.payment_method == "COD")
    return (
        select(
            day,
            func.count().label("placed"),
            func.sum(case((confirmed, 1), else_=0)).label("confirmed"),
        )
        .where(_within(orders.c.placed_at, first, last))
        .group_by(day)
    )


def _paid(first: date, last: date) -> Select[*tuple[Any, ...]]:
    """What was cancelled of a COD order before it was paid at the door is no revenue."""
    day = func.date(orders.c.paid_at).label("day")
    worth = order_lines.c.quantity * order_lines.c.unit_price_minor
    return (
        select(
            day,
            func.count(orders.c.id.distinct()).label("paid"),
            func.coalesce(func.sum(worth), 0).label("revenue_minor"),
        )
        .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
        .where(_within(orders.c.paid_at, first, last), order_lines.c.status != "CANCELLED")
        .group_by(day)
    )


def _refunded(first: date, last: date) -> Select[*tuple[Any, ...]]:
    day = func.date(refunds.c.settled_at).label("day")
    return (
        select(day, func.sum(refunds.c.amount_minor).label("refunded_minor"))
        .where(_within(refunds.c.settled_at, first, last), refunds.c.status == "SUCCEEDED")
        .group_by(day)
    )


def _within(moment: ColumnElement[Any], first: date, last: date) -> ColumnElement[bool]:
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + _DAY
    return (moment >= begin) & (moment < end)


def _as_date(value: date | str) -> date:
    """SQLite's dates are text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
