"""Sales figures by local day: live queries and the stored figures of past days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
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
    true,
    union_all,
    update,
)

from novacart.adapters.persistence.back_office.tables import (
    sales_day_products,
    sales_days,
    sales_month_products,
)
from novacart.adapters.persistence.catalog.tables import variants
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.payments.tables import disputes, refunds
from novacart.adapters.persistence.statements import insert_rows
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.domain.ordering.lifecycle import LineStatus, PaymentMethod
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.shared.local_time import local_date, start_of_date

DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)

_SalesByProduct = Mapping[int, tuple[int, int]]
"""Units and revenue of each product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """Amounts are in minor units of the shop's currency."""

    placed: int = 0
    confirmed: int = 0
    paid: int = 0
    revenue_minor: int = 0
    refunded_minor: int = 0
    disputed_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `first` to `last`, both included, in a time zone."""

    first: date
    last: date
    zone: tzinfo

    @property
    def start(self) -> datetime:
        return start_of_date(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The start of the day after `last`."""
        return start_of_date(self.last + DAY, self.zone)

    def contains(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return (column >= self.start) & (column < self.end)

    def local_day(self, column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
        """The local date of a time in the period."""
        if dialect == "postgresql":
            return func.date(func.timezone(str(self.zone), column))
        (_, offset), *changes = _utc_offsets(self.zone, self.start, self.end)
        local = _shifted(column, offset)
        if not changes:
            return local
        later = [(column >= at, _shifted(column, after)) for at, after in reversed(changes)]
        return case(*later, else_=local)


def live_figures(connection: Connection, period: Period) -> dict[date, DayFigures]:
    """Figures from orders, refunds and disputes, of the days that have any."""
    figures: dict[date, DayFigures] = {}
    dialect = connection.dialect.name
    for statement in (_placed, _paid, _refunded, _disputed):
        for row in connection.execute(statement(period, dialect)).mappings():
            values = {name: int(value) for name, value in row.items() if name != "day"}
            day = _as_date(row["day"])
            figures[day] = replace(figures.get(day, DayFigures()), **values)
    return figures


def live_product_sales(period: Period, dialect: str) -> Select[*tuple[Any, ...]]:
    """Units and revenue of each order line paid in the period."""
    paid = (
        select(order_lines.c.variant_id, order_lines.c.quantity, order_lines.c.unit_price_minor)
        .where(order_lines.c.order_id == orders.c.id, order_lines.c.status != LineStatus.CANCELLED)
        .correlate(orders)
    )
    if dialect == "postgresql":
        # It looks up the lines of each order. PostgreSQL would rather read the lines of all years.
        lines = paid.offset(0).lateral()
        joined = select(lines).join_from(orders, lines, true())
    else:
        joined = (
            select(*(order_lines.c[column.name] for column in paid.selected_columns))
            .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
            .where(order_lines.c.status != LineStatus.CANCELLED)
        )
    each = joined.where(period.contains(orders.c.paid_at)).subquery()
    return select(
        variants.c.product_id,
        each.c.quantity.label("units"),
        (each.c.quantity * each.c.unit_price_minor).label("revenue_minor"),
    ).join_from(each, variants, variants.c.id == each.c.variant_id)


def next_month(day: date) -> date:
    """The first day of the following month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _placed(period: Period, dialect: str) -> Select[*tuple[Any, ...]]:
    day = period.local_day(orders.c.placed_at, dialect).label("day")
    confirmed = or_(orders.c.paid_at.is_not(None), orders.c.payment_method == PaymentMethod.COD)
    return (
        select(
            day,
            func.count().label("placed"),
            func.sum(case((confirmed, 1), else_=0)).label("confirmed"),
        )
        .where(period.contains(orders.c.placed_at))
        .group_by(day)
    )


def _paid(period: Period, dialect: str) -> Select[*tuple[Any, ...]]:
    """Exclude lines cancelled before a COD order was paid."""
    value = (
        select(func.sum(order_lines.c.quantity * order_lines.c.unit_price_minor))
        .where(order_lines.c.order_id == orders.c.id, order_lines.c.status != LineStatus.CANCELLED)
        .scalar_subquery()
    )
    each = (
        select(
            period.local_day(orders.c.paid_at, dialect).label("day"),
            # NULL if all lines are cancelled. A join would read the lines of all years.
            value.label("value"),
        )
        .where(period.contains(orders.c.paid_at))
        .subquery()
    )
    return select(
        each.c.day,
        func.count(each.c.value).label("paid"),
        func.coalesce(func.sum(each.c.value), 0).label("revenue_minor"),
    ).group_by(each.c.day)


def _refunded(period: Period, dialect: str) -> Select[*tuple[Any, ...]]:
    day = period.local_day(refunds.c.settled_at, dialect).label("day")
    return (
        select(day, func.sum(refunds.c.amount_minor).label("refunded_minor"))
        .where(period.contains(refunds.c.settled_at), refunds.c.status == RefundStatus.SUCCEEDED)
        .group_by(day)
    )


def _disputed(period: Period, dialect: str) -> Select[*tuple[Any, ...]]:
    """Money that banks withdrew for disputes, less what they returned."""

    def moved(column: ColumnElement[Any], sign: int) -> Select[*tuple[Any, ...]]:
        return select(
            period.local_day(column, dialect).label("day"),
            (disputes.c.amount_minor * sign).label("amount_minor"),
        ).where(period.contains(column))

    moves = union_all(moved(disputes.c.withdrawn_at, 1), moved(disputes.c.reinstated_at, -1))
    each = moves.subquery()
    total = func.sum(each.c.amount_minor).label("disputed_minor")
    return select(each.c.day, total).group_by(each.c.day)


def _shifted(column: ColumnElement[Any], offset: timedelta) -> ColumnElement[Any]:
    """The date of a UTC time plus an offset, on SQLite."""
    return func.date(column, f"{offset.total_seconds():+.0f} seconds")


def _utc_offsets(zone: tzinfo, start: datetime, end: datetime) -> list[tuple[datetime, timedelta]]:
    """The offset of the zone from UTC at `start`, and each change of it (time, new offset)."""

    def offset(at: datetime) -> timedelta:
        return at.astimezone(zone).utcoffset() or timedelta()

    offsets = [(start, offset(start))]
    at = start
    while at < end:
        following = min(at + DAY, end)
        if offset(following) != offsets[-1][1]:
            before, after = at, following
            while after - before > _SECOND:
                middle = before + (after - before) // 2
                if offset(middle) == offsets[-1][1]:
                    before = middle
                else:
                    after = middle
            change = after.replace(microsecond=0)
            offsets.append((change, offset(after)))
        at = following
    return offsets


def _as_date(value: date | str) -> date:
    """SQLite returns dates as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


class SqlSalesFigures:
    """Counts days of `zone`, each in a transaction."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone

    def delete_other_timezones(self) -> None:
        other = select(sales_days.c.day).where(sales_days.c.timezone != str(self._zone))
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            days = connection.execute(other).scalars().all()
        for day in days:
            with self._database.writing() as connection:
                _remove_sales(connection, day)
                connection.execute(delete(sales_days).where(sales_days.c.day == day))
                connection.commit()

    def uncounted(self, *, until: date, limit: int) -> Sequence[date]:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            first: datetime | None = connection.execute(
                select(orders.c.placed_at).order_by(orders.c.placed_at).limit(1)
            ).scalar_one_or_none()
            stored = set(connection.execute(select(sales_days.c.day)).scalars())
        if first is None:
            return []
        first_day = local_date(first, self._zone)
        count = (until - first_day).days + 1
        days = (first_day + DAY * n for n in range(max(count, 0)))
        return [day for day in days if day not in stored][:limit]

    def count(self, days: Sequence[date], *, at: datetime) -> None:
        for day in days:
            # Not in the transaction: it takes a second, and on SQLite orders would wait.
            with self._database.snapshot() as connection:
                figures, sales = self._live(connection, day)
            with self._database.writing() as connection:
                self._replace_figures(connection, day, figures, at)
                # Few days have other sales when they are counted again.
                stored = _stored_sales(connection, day)
                if sales != stored:
                    if stored:
                        _remove_sales(connection, day)
                    _add_sales(connection, day, sales)
                connection.commit()

    def _live(self, connection: Connection, day: date) -> tuple[DayFigures, _SalesByProduct]:
        period = Period(first=day, last=day, zone=self._zone)
        each = live_product_sales(period, connection.dialect.name).subquery()
        sums = select(
            each.c.product_id, func.sum(each.c.units), func.sum(each.c.revenue_minor)
        ).group_by(each.c.product_id)
        figures = live_figures(connection, period).get(day, DayFigures())
        return figures, _by_product(connection.execute(sums))

    def _replace_figures(
        self, connection: Connection, day: date, figures: DayFigures, at: datetime
    ) -> None:
        connection.execute(delete(sales_days).where(sales_days.c.day == day))
        connection.execute(
            insert(sales_days).values(
                day=day,
                timezone=str(self._zone),
                placed=figures.placed,
                confirmed=figures.confirmed,
                paid=figures.paid,
                revenue_minor=figures.revenue_minor,
                refunded_minor=figures.refunded_minor,
                disputed_minor=figures.disputed_minor,
                counted_at=at,
            )
        )


def _by_product(rows: Iterable[Sequence[Any]]) -> _SalesByProduct:
    return {product_id: (int(units), int(revenue)) for product_id, units, revenue in rows}


def _stored_sales(connection: Connection, day: date) -> _SalesByProduct:
    stored = sales_day_products.c
    columns = select(stored.product_id, stored.units, stored.revenue_minor)
    return _by_product(connection.execute(columns.where(stored.day == day)))


def _remove_sales(connection: Connection, day: date) -> None:
    """Delete the stored sales of a day, and subtract them from the sums of its month."""
    days, months = sales_day_products.c, sales_month_products.c
    of_month = months.month == day.replace(day=1)
    of_day = days.day == day
    of_product = of_day & (days.product_id == months.product_id)
    units = select(days.units).where(of_product).scalar_subquery()
    revenue_minor = select(days.revenue_minor).where(of_product).scalar_subquery()
    connection.execute(
        update(sales_month_products)
        .where(of_month, months.product_id.in_(select(days.product_id).where(of_day)))
        .values(units=months.units - units, revenue_minor=months.revenue_minor - revenue_minor)
    )
    connection.execute(delete(sales_month_products).where(of_month, months.units == 0))
    connection.execute(delete(sales_day_products).where(of_day))


def _add_sales(connection: Connection, day: date, sales: _SalesByProduct) -> None:
    """Store the sales of a day, and add them to the sums of its month."""
    days, months = sales_day_products.c, sales_month_products.c
    insert_rows(
        connection,
        sales_day_products,
        [
            {"day": day, "product_id": product_id, "units": units, "revenue_minor": revenue_minor}
            for product_id, (units, revenue_minor) in sales.items()
        ],
    )
    month = literal(day.replace(day=1), months.month.type)
    added = conflict_insert(connection.dialect.name, sales_month_products).from_select(
        ["month", "product_id", "units", "revenue_minor"],
        select(month, days.product_id, days.units, days.revenue_minor).where(days.day == day),
    )
    connection.execute(
        added.on_conflict_do_update(
            index_elements=["month", "product_id"],
            set_={
                "units": months.units + added.excluded.units,
                "revenue_minor": months.revenue_minor + added.excluded.revenue_minor,
            },
        )
    )
