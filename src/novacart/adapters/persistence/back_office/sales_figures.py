"""The figures of finished days, in the database."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, literal, select

from novacart.adapters.persistence.back_office.daily_sales_ddl import (
    DayFigures,
    counted_live,
    next_month,
    products_live,
)
from novacart.adapters.persistence.back_office.tables import (
    sales_day_products,
    sales_days,
    sales_month_products,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders

_DAY: Final = timedelta(days=1)


class SqlSalesFigures:
    """Each day is counted in a transaction of its own, so that there are only whole days."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def uncounted(self, *, until: date, limit: int) -> Sequence[date]:
        with self._database.reading() as connection:
            first: datetime | None = connection.execute(
                select(orders.c.placed_at).order_by(orders.c.placed_at).limit(1)
            ).scalar_one_or_none()
            counted = set(connection.execute(select(sales_days.c.day)).scalars())
        if first is None:
            return []
        span = (until - first.date()).days + 1
        days = (first.date() + _DAY * n for n in range(max(span, 0)))
        return [day for day in days if day not in counted][:limit]

    def count(self, day: date, *, at: datetime) -> None:
        sold = products_live(day, day).subquery()
        by_product = select(
            literal(day, sales_day_products.c.day.type),
            sold.c.product_id,
            func.sum(sold.c.units),
            func.sum(sold.c.revenue_minor),
        ).group_by(sold.c.product_id)
        with self._database.writing() as connection:
            figures = counted_live(connection, day, day).get(day, DayFigures())
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
            _sum_up_month(connection, day.replace(day=1))
            connection.commit()


def _sum_up_month(connection: Connection, month: date) -> None:
    kept = sales_day_products.c
    by_product = (
        select(
            literal(month, sales_month_products.c.month.type),
            kept.product_id,
            func.sum(kept.units),
            func.sum(kept.revenue_minor),
        )
        .where(kept.day >= month, kept.day < next_month(month))
        .group_by(kept.product_id)
    )
    connection.execute(delete(sales_month_products).where(sales_month_products.c.month == month))
    connection.execute(
        insert(sales_month_products).from_select(
            ["month", "product_id", "units", "revenue_minor"], by_product
        )
    )
