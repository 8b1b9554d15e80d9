"""Sales figures by day: live queries and the stored figures of past days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from novacart.adapters.persistence.back_office.tables import (
    sales_day_products,
    sales_days,
    sales_month_products,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.payments.tables import refunds
from novacart.domain.ordering.lifecycle import LineStatus, PaymentMethod
from novacart.domain.payments.lifecycle import RefundStatus

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """Amounts are in minor units of the shop's currency."""

    placed: int = 0
    confirmed: int = 0
    paid: int = 0
    revenue_minor: int = 0
    refunded_minor: int = 0


def live_figures(connection: Connection, first: date, last: date) -> dict[date, DayFigures]:
    """Figures from orders and refunds, of the days that have any."""
    figures: dict[date, DayFigures] = {}
    for statement in (_placed(first, last), _paid(first, last), _refunded(first, last)):
        for row in connection.execute(statement).mappings():
            values = {name: int(value) for name, value in row.items() if name != "day"}
            day = _as_date(row["day"])
            figures[day] = replace(figures.get(day, DayFigures()), **values)
    return figures


def live_product_sales(first: date, last: date) -> Select[*tuple[Any, ...]]:
    """Units and revenue of each order line paid in the period."""
    return (
        select(
            order_lines.c.product_id,
            order_lines.c.quantity.label("units"),
            (order_lines.c.quantity * order_lines.c.unit_price_minor).label("revenue_minor"),
        )
        .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
        .where(_within(orders.c.paid_at, first, last), order_lines.c.status != LineStatus.CANCELLED)
    )


def stored_product_sales(first: date, last: date) -> list[Select[*tuple[Any, ...]]]:
    """Stored units and revenue of each product, by month for whole months and by day otherwise.

    A year then has twelve rows a product instead of up to 365.
    """
    month = first if first.day == 1 else _next_month(first)
    end = (last + DAY).replace(day=1)
    if month >= end:
        return [_by_day(first, last)]
    whole_months = select(
        sales_month_products.c.product_id,
        sales_month_products.c.units,
        sales_month_products.c.revenue_minor,
    ).where(sales_month_products.c.month >= month, sales_month_products.c.month < end)
    return [_by_day(first, month - DAY), whole_months, _by_day(end, last)]


def _next_month(day: date) -> date:
    """The first day of the following month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _by_day(first: date, last: date) -> Select[*tuple[Any, ...]]:
    return select(
        sales_day_products.c.product_id,
        sales_day_products.c.units,
        sales_day_products.c.revenue_minor,
    ).where(sales_day_products.c.day.between(first, last))


def _placed(first: date, last: date) -> Select[*tuple[Any, ...]]:
    day = func.date(orders.c.placed_at).label("day")
    confirmed = or_(orders.c.paid_at.is_not(None), orders.c.payment_method == PaymentMethod.COD)
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
    """Exclude lines cancelled before a COD order was paid."""
    day = func.date(orders.c.paid_at).label("day")
    value = order_lines.c.quantity * order_lines.c.unit_price_minor
    return (
        select(
            day,
            func.count(orders.c.id.distinct()).label("paid"),
            func.coalesce(func.sum(value), 0).label("revenue_minor"),
        )
        .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
        .where(_within(orders.c.paid_at, first, last), order_lines.c.status != LineStatus.CANCELLED)
        .group_by(day)
    )


def _refunded(first: date, last: date) -> Select[*tuple[Any, ...]]:
    day = func.date(refunds.c.settled_at).label("day")
    return (
        select(day, func.sum(refunds.c.amount_minor).label("refunded_minor"))
        .where(
            _within(refunds.c.settled_at, first, last), refunds.c.status == RefundStatus.SUCCEEDED
        )
        .group_by(day)
    )


def _within(column: ColumnElement[Any], first: date, last: date) -> ColumnElement[bool]:
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + DAY
    return (column >= start) & (column < end)


def _as_date(value: date | str) -> date:
    """SQLite returns dates as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


class SqlSalesFigures:
    """Counts each day in a separate transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def uncounted(self, *, until: date, limit: int) -> Sequence[date]:
        with self._database.reading() as connection:
            first: datetime | None = connection.execute(
                select(orders.c.placed_at).order_by(orders.c.placed_at).limit(1)
            ).scalar_one_or_none()
            stored = set(connection.execute(select(sales_days.c.day)).scalars())
        if first is None:
            return []
        count = (until - first.date()).days + 1
        days = (first.date() + DAY * n for n in range(max(count, 0)))
        return [day for day in days if day not in stored][:limit]

    def count(self, day: date, *, at: datetime) -> None:
        sales = live_product_sales(day, day).subquery()
        by_product = select(
            literal(day, sales_day_products.c.day.type),
            sales.c.product_id,
            func.sum(sales.c.units),
            func.sum(sales.c.revenue_minor),
        ).group_by(sales.c.product_id)
        with self._database.writing() as connection:
            figures = live_figures(connection, day, day).get(day, DayFigures())
            for table in (sales_day_products, sales_days):
                connection.execute(delete(table).where(table.c.day == day))
            connection.execute(
                insert(sales_days).values(
                    day=day,
                    placed=figures.placed,
                    confirmed=figures.confirmed,
                    paid=figures.paid,
                    revenue_minor=figures.revenue_minor,
                    refunded_minor=figures.refunded_minor,
                    counted_at=at,
                )
            )
            connection.execute(
                insert(sales_day_products).from_select(
                    ["day", "product_id", "units", "revenue_minor"], by_product
                )
            )
            _update_month(connection, day.replace(day=1))
            connection.commit()


def _update_month(connection: Connection, month: date) -> None:
    days = sales_day_products.c
    by_product = (
        select(
            literal(month, sales_month_products.c.month.type),
            days.product_id,
            func.sum(days.units),
            func.sum(days.revenue_minor),
        )
        .where(days.day >= month, days.day < _next_month(month))
        .group_by(days.product_id)
    )
    connection.execute(delete(sales_month_products).where(sales_month_products.c.month == month))
    connection.execute(
        insert(sales_month_products).from_select(
            ["month", "product_id", "units", "revenue_minor"], by_product
        )
    )
