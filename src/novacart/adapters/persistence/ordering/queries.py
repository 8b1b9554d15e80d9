"""Orders as their owners see them: one statement for a page, its lines included."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, select

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.application.ordering.queries import OrderLineView, OrderPage, OrderView
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.shared.ids import OrderId, UserId
from novacart.domain.shared.money import Money

_LINES = tuple(
    order_lines.c[name].label(f"line_{name}")
    for name in (
        "id",
        "product_id",
        "title",
        "subtitle",
        "image",
        "quantity",
        "unit_price_minor",
        "status",
        "cancelled_at",
    )
)


_OWN: Final = orders.c.user_id == bindparam("user_id")
_NEWEST: Final = (orders.c.placed_at.desc(), orders.c.id.desc())


def _bought(search: str) -> ColumnElement[bool]:
    return exists().where(
        order_lines.c.order_id == orders.c.id,
        order_lines.c.search_text.contains(search.casefold(), autoescape=True),
    )


def _views(page: Select[Any]) -> Select[Any]:
    """The orders that `page` selects, joined with their lines."""
    chosen = page.cte("page")
    return (
        select(chosen, *_LINES)
        .join_from(chosen, order_lines, order_lines.c.order_id == chosen.c.id)
        .order_by(chosen.c.placed_at.desc(), chosen.c.id.desc(), order_lines.c.id)
    )


def _page(*wanted: ColumnElement[bool]) -> Select[Any]:
    return _views(
        select(orders, func.count().over().label("found"))
        .where(_OWN, *wanted)
        .order_by(*_NEWEST)
        .limit(bindparam("size"))
        .offset(bindparam("skipped"))
    )


def _count(*wanted: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(orders).where(_OWN, *wanted)


# What is asked again and again is put together once.
_PAGE: Final = _page()
_LATEST: Final = _views(select(orders).where(_OWN).order_by(*_NEWEST).limit(1))
_ORDER: Final = _views(select(orders).where(orders.c.id == bindparam("order_id"), _OWN))


class SqlOrderQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def history(
        self, user_id: UserId, *, page: int, page_size: int, search: str | None = None
    ) -> OrderPage:
        wanted = [_bought(search)] if search else []
        statement = _page(*wanted) if wanted else _PAGE
        asked = {"user_id": user_id, "size": page_size, "skipped": (page - 1) * page_size}
        with self._database.reading() as connection:
            rows = connection.execute(statement, asked).all()
            count = rows[0].found if rows else 0
            if not rows and page > 1:
                # Past the last page there is no row that could tell how many there are.
                count = connection.execute(_count(*wanted), asked).scalar_one()
        return OrderPage(count=count, orders=_orders(rows))

    def latest(self, user_id: UserId) -> OrderView | None:
        return self._one(_LATEST, {"user_id": user_id})

    def order_of(self, user_id: UserId, order_id: OrderId) -> OrderView | None:
        return self._one(_ORDER, {"user_id": user_id, "order_id": order_id})

    def _one(self, statement: Select[Any], asked: Mapping[str, int]) -> OrderView | None:
        with self._database.reading() as connection:
            found = _orders(connection.execute(statement, asked).all())
        return found[0] if found else None


def _orders(rows: Iterable[Row[Any]]) -> list[OrderView]:
    grouped = groupby(rows, key=attrgetter("id"))
    return [_view(list(lines)) for _, lines in grouped]


def _view(rows: list[Row[Any]]) -> OrderView:
    order = rows[0]
    return OrderView(
        id=order.id,
        number=order.number,
        email=order.email,
        status=order.status,
        payment_method=order.payment_method,
        payment_status=order.payment_status,
        total=Money(order.total_minor, order.currency),
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        estimated_delivery=order.estimated_delivery,
        address=ShippingAddress(**order.address) if order.address else None,
        lines=tuple(
            OrderLineView(
                id=line.line_id,
                product_id=line.line_product_id,
                title=line.line_title,
                subtitle=line.line_subtitle,
                image=line.line_image,
                quantity=line.line_quantity,
                unit_price=Money(line.line_unit_price_minor, order.currency),
                status=line.line_status,
                cancelled_at=line.line_cancelled_at,
            )
            for line in rows
        ),
    )
