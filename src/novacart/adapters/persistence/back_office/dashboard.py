"""The dashboard's numbers: days that are over from what was kept, the rest counted now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, union_all

from novacart.adapters.persistence.back_office.daily_sales_ddl import (
    DayFigures,
    counted_live,
    products_kept,
    products_live,
)
from novacart.adapters.persistence.back_office.tables import sales_days
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import webhook_events
from novacart.application.back_office.dashboard import BestSeller, LowStock, Parked, SalesDay
from novacart.domain.shared.money import Money

_DAY: Final = timedelta(days=1)


class SqlDashboardQueries:
    """`currency` is the shop's."""

    def __init__(self, database: Database, currency: str) -> None:
        self._database = database
        self._currency = currency

    def days(self, first: date, last: date) -> Sequence[SalesDay]:
        kept = select(sales_days).where(sales_days.c.day.between(first, last))
        with self._database.reading() as connection:
            known = {
                row.day: DayFigures(
                    placed=row.placed,
                    confirmed=row.confirmed,
                    paid=row.paid,
                    revenue_minor=row.revenue_minor,
                    refunded_minor=row.refunded_minor,
                )
                for row in connection.execute(kept)
            }
            # Not from the first to the last of them: what lies between may be years.
            for begin, end in _stretches(day for day in _days(first, last) if day not in known):
                known |= counted_live(connection, begin, end)
        nothing = DayFigures()
        return [self._sales_day(day, known.get(day, nothing)) for day in _days(first, last)]

    def orders_by_status(self, first: date, last: date) -> Mapping[str, int]:
        statement = (
            select(orders.c.status, func.count())
            .where(orders.c.placed_at >= _midnight(first), orders.c.placed_at < _after(last))
            .group_by(orders.c.status)
        )
        with self._database.reading() as connection:
            return {status: count for status, count in connection.execute(statement)}  # noqa: C416

    def best_sellers(self, first: date, last: date, *, limit: int) -> Sequence[BestSeller]:
        with self._database.reading() as connection:
            kept_until = connection.execute(
                select(func.max(sales_days.c.day)).where(sales_days.c.day.between(first, last))
            ).scalar_one()
            open_from = first if kept_until is None else kept_until + _DAY
            sold = union_all(*products_kept(first, last), products_live(open_from, last)).subquery()
            best = (
                select(
                    sold.c.product_id,
                    func.sum(sold.c.units).label("units"),
                    func.sum(sold.c.revenue_minor).label("revenue_minor"),
                )
                .group_by(sold.c.product_id)
                .order_by(func.sum(sold.c.units).desc(), sold.c.product_id)
                .limit(limit)
                .subquery()
            )
            statement = (
                select(best, products.c.title)
                .join_from(best, products, products.c.id == best.c.product_id)
                .order_by(best.c.units.desc(), best.c.product_id)
            )
            return [
                BestSeller(
                    product_id=row.product_id,
                    title=row.title,
                    units=int(row.units),
                    revenue=Money(int(row.revenue_minor), self._currency),
                )
                for row in connection.execute(statement)
            ]

    def low_stock(self, *, at_most: int, limit: int) -> Sequence[LowStock]:
        available = stock_levels.c.on_hand - stock_levels.c.reserved
        statement = (
            select(products.c.id, products.c.title, available.label("left"), stock_levels.c.on_hand)
            .join_from(stock_levels, products, products.c.id == stock_levels.c.product_id)
            .where(available <= at_most, products.c.archived_at.is_(None))
            .order_by(available, products.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [
                LowStock(
                    product_id=row.id, title=row.title, available=row.left, on_hand=row.on_hand
                )
                for row in connection.execute(statement)
            ]

    def parked(self) -> Parked:
        statement = select(
            select(func.count())
            .where(outbox_messages.c.state == "parked")
            .scalar_subquery()
            .label("messages"),
            select(func.count())
            .where(webhook_events.c.state.in_(["parked", "quarantined"]))
            .scalar_subquery()
            .label("events"),
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).one()
        return Parked(messages=row.messages, webhook_events=row.events)

    def _sales_day(self, day: date, figures: DayFigures) -> SalesDay:
        return SalesDay(
            day=day,
            placed=figures.placed,
            confirmed=figures.confirmed,
            paid=figures.paid,
            revenue=Money(figures.revenue_minor, self._currency),
            refunded=Money(figures.refunded_minor, self._currency),
        )


def _days(first: date, last: date) -> list[date]:
    return [first + _DAY * n for n in range((last - first).days + 1)]


def _stretches(days: Iterable[date]) -> list[tuple[date, date]]:
    """The first and the last of each unbroken run of rising days."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == _DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _after(day: date) -> datetime:
    return _midnight(day) + _DAY
