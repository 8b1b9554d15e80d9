"""Queries of a customer's orders: one statement a page, including the lines."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, false, func, or_, select

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.application.ordering.queries import OrderLineView, OrderPage, OrderView
from novacart.application.search_terms import search_terms
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
        "refunded_minor",
    )
)


_OWN: Final = orders.c.user_id == bindparam("user_id")
_NEWEST: Final = (orders.c.placed_at.desc(), orders.c.id.desc())


def _matches(search: str) -> ColumnElement[bool]:
    terms = search_terms(search)
    if not terms:
        return false()
    return exists().where(
        order_lines.c.order_id == orders.c.id,
        *(
            or_(*(order_lines.c.search_text.contains(each, autoescape=True) for each in term))
            for term in terms
        ),
    )


def _with_lines(page: Select[Any]) -> Select[Any]:
    """The orders of `page`, joined with their lines."""
    page_cte = page.cte("page")
    return (
        select(page_cte, *_LINES)
        .join_from(page_cte, order_lines, order_lines.c.order_id == page_cte.c.id)
        .order_by(page_cte.c.placed_at.desc(), page_cte.c.id.desc(), order_lines.c.id)
    )


def _page(*filters: ColumnElement[bool]) -> Select[Any]:
    return _with_lines(
        select(orders, func.count().over().label("total_count"))
        .where(_OWN, *filters)
        .order_by(*_NEWEST)
        .limit(bindparam("size"))
        .offset(bindparam("offset"))
    )


def _count(*filters: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(orders).where(_OWN, *filters)


# Built once, since building a statement takes longer than the query.
_PAGE: Final = _page()
_LATEST: Final = _with_lines(select(orders).where(_OWN).order_by(*_NEWEST).limit(1))
_ORDER: Final = _with_lines(select(orders).where(orders.c.id == bindparam("order_id"), _OWN))


class SqlOrderQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def history(
        self, user_id: UserId, *, page: int, page_size: int, search: str | None = None
    ) -> OrderPage:
        filters = [_matches(search)] if search and search.strip() else []
        statement = _page(*filters) if filters else _PAGE
        parameters = {"user_id": user_id, "size": page_size, "offset": (page - 1) * page_size}
        with self._database.reading() as connection:
            rows = connection.execute(statement, parameters).all()
            count = rows[0].total_count if rows else 0
            if not rows and page > 1:
                # A page after the last one has no row with the count.
                count = connection.execute(_count(*filters), parameters).scalar_one()
        return OrderPage(count=count, orders=_to_views(rows))

    def latest(self, user_id: UserId) -> OrderView | None:
        return self._first(_LATEST, {"user_id": user_id})

    def order_of(self, user_id: UserId, order_id: OrderId) -> OrderView | None:
        return self._first(_ORDER, {"user_id": user_id, "order_id": order_id})

    def _first(self, statement: Select[Any], parameters: Mapping[str, int]) -> OrderView | None:
        with self._database.reading() as connection:
            views = _to_views(connection.execute(statement, parameters).all())
        return views[0] if views else None


def _to_views(rows: Iterable[Row[Any]]) -> list[OrderView]:
    grouped = groupby(rows, key=attrgetter("id"))
    return [_to_view(list(lines)) for _, lines in grouped]


def _to_view(rows: list[Row[Any]]) -> OrderView:
    order = rows[0]
    return OrderView(
        id=order.id,
        number=order.number,
        email=order.email,
        status=order.status,
        payment_method=order.payment_method,
        payment_status=order.payment_status,
        total=Money(order.total_minor, order.currency),
        refunded=Money(
            sum((line.line_refunded_minor for line in rows), order.late_refunded_minor),
            order.currency,
        ),
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        returned_at=order.returned_at,
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
