"""Dashboard queries: stored figures for past days, live figures for the rest."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, tzinfo
from typing import Final

from sqlalchemy import ColumnElement, func, literal, select, union_all

from novacart.adapters.persistence.back_office.best_sellers import best_sellers, sold_most
from novacart.adapters.persistence.back_office.daily_sales import (
    DAY,
    DayFigures,
    Period,
    live_figures,
    live_product_sales,
)
from novacart.adapters.persistence.back_office.payments import DISPUTES, dispute_row
from novacart.adapters.persistence.back_office.tables import sales_days
from novacart.adapters.persistence.catalog.tables import products, stock_levels, variants
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.payments.tables import disputes
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
from novacart.application.back_office.dashboard import BestSeller, LowStock, SalesDay
from novacart.application.back_office.payments import DisputeRow
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.lifecycle import OPEN_DISPUTES
from novacart.domain.shared.money import Money

# Instead of a status: all orders that were placed.
_PLACED: Final = "PLACED"
_NOT_DELIVERED: Final = [status for status in OrderStatus if status is not OrderStatus.DELIVERED]


class SqlDashboardQueries:
    """`currency` is the shop's currency; days are days in `zone`."""

    def __init__(self, database: Database, currency: str, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone
        self._currency = currency

    def days(self, first: date, last: date) -> Sequence[SalesDay]:
        stored = select(sales_days).where(self._is_counted(first, last))
        with self._database.snapshot(seconds=STATEMENT_TIMEOUT) as connection:
            figures = {
                row.day: DayFigures(
                    placed=row.placed,
                    confirmed=row.confirmed,
                    paid=row.paid,
                    revenue_minor=row.revenue_minor,
                    refunded_minor=row.refunded_minor,
                    disputed_minor=row.disputed_minor,
                )
                for row in connection.execute(stored)
            }
            # One query for each run of days without stored figures: the gap between runs may be
            # years.
            missing = (day for day in _days(first, last) if day not in figures)
            for start, end in _runs(missing):
                figures |= live_figures(connection, self._period(start, end))
        zero = DayFigures()
        return [self._sales_day(day, figures.get(day, zero)) for day in _days(first, last)]

    def orders_by_status(self, first: date, last: date) -> Mapping[OrderStatus, int]:
        """Count the orders that are not delivered; the others of those placed are.

        Nearly all orders of a year are delivered, and the stored figures have how many were placed.
        One statement counts the others, so that both numbers are of the same moment.
        """
        others = (
            select(orders.c.status, func.count())
            .where(
                self._period(first, last).contains(orders.c.placed_at),
                orders.c.status.in_(_NOT_DELIVERED),
            )
            .group_by(orders.c.status)
        )
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            stored = select(sales_days.c.day, sales_days.c.placed).where(
                self._is_counted(first, last)
            )
            placed_on: dict[date, int] = {row.day: row.placed for row in connection.execute(stored)}
            live = [
                select(literal(_PLACED), func.count()).where(
                    self._period(start, end).contains(orders.c.placed_at)
                )
                for start, end in _runs(day for day in _days(first, last) if day not in placed_on)
            ]
            rows = connection.execute(union_all(others, *live)).all()
        counts = {OrderStatus(status): count for status, count in rows if status != _PLACED}
        placed = sum(placed_on.values()) + sum(count for status, count in rows if status == _PLACED)
        delivered = placed - sum(counts.values())
        return counts | ({OrderStatus.DELIVERED: delivered} if delivered > 0 else {})

    def best_sellers(self, first: date, last: date, *, limit: int) -> Sequence[BestSeller]:
        with self._database.snapshot(seconds=STATEMENT_TIMEOUT) as connection:
            last_stored = connection.execute(
                select(func.max(sales_days.c.day)).where(self._is_counted(first, last))
            ).scalar_one()
            begin = first if last_stored is None else last_stored + DAY
            live = live_product_sales(self._period(begin, last), self._database.dialect)
            if last_stored is None:
                rows = sold_most(connection, [live], limit=limit)
            else:
                rows = best_sellers(connection, first, last, live, limit=limit)
            titles = {
                row.id: row.title
                for row in connection.execute(
                    select(products.c.id, products.c.title).where(
                        products.c.id.in_([row.product_id for row in rows])
                    )
                )
            }
        return [
            BestSeller(
                product_id=row.product_id,
                title=titles[row.product_id],
                units=row.units,
                revenue=Money(row.revenue_minor, self._currency),
            )
            for row in rows
        ]

    def open_disputes(self, *, limit: int) -> Sequence[DisputeRow]:
        statement = (
            DISPUTES.where(disputes.c.status.in_(OPEN_DISPUTES))
            .order_by(disputes.c.due_by.is_(None), disputes.c.due_by, disputes.c.reference)
            .limit(limit)
        )
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return [dispute_row(row) for row in connection.execute(statement)]

    def low_stock(self, *, at_most: int, limit: int) -> Sequence[LowStock]:
        available = stock_levels.c.on_hand - stock_levels.c.reserved
        statement = (
            select(
                products.c.id,
                products.c.title,
                variants.c.id.label("variant_id"),
                variants.c.options,
                available.label("available"),
                stock_levels.c.on_hand,
            )
            .join_from(stock_levels, variants, variants.c.id == stock_levels.c.variant_id)
            .join(products, products.c.id == variants.c.product_id)
            .where(
                available <= at_most,
                products.c.archived_at.is_(None),
                variants.c.archived_at.is_(None),
            )
            .order_by(available, variants.c.id)
            .limit(limit)
        )
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return [
                LowStock(
                    product_id=row.id,
                    variant_id=row.variant_id,
                    title=row.title,
                    options=row.options,
                    available=row.available,
                    on_hand=row.on_hand,
                )
                for row in connection.execute(statement)
            ]

    def _period(self, first: date, last: date) -> Period:
        return Period(first=first, last=last, zone=self._zone)

    def _is_counted(self, first: date, last: date) -> ColumnElement[bool]:
        # Figures that were counted in another time zone are deleted soon.
        is_local = sales_days.c.timezone == str(self._zone)
        return sales_days.c.day.between(first, last) & is_local

    def _sales_day(self, day: date, figures: DayFigures) -> SalesDay:
        return SalesDay(
            day=day,
            placed=figures.placed,
            confirmed=figures.confirmed,
            paid=figures.paid,
            revenue=Money(figures.revenue_minor, self._currency),
            refunded=Money(figures.refunded_minor, self._currency),
            disputed=Money(figures.disputed_minor, self._currency),
        )


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * n for n in range((last - first).days + 1)]


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """First and last day of each run of consecutive days; `days` are ascending."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
