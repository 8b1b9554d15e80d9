"""Queries of a customer's orders: one statement a page, including the lines."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
)

from novacart.adapters.persistence.catalog.mapper import image_sizes, to_image_sizes
from novacart.adapters.persistence.catalog.tables import variants
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.statements import DriverStatement, Parameters, Row
from novacart.application.ordering.queries import OrderLineView, OrderPage, OrderView
from novacart.application.search_terms import search_terms
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.shared.ids import OrderId, UserId

# In the order of the fields of `OrderView`, from `id` to `address`.
_ORDER_COLUMNS: Final = (
    orders.c.id,
    orders.c.number,
    orders.c.email,
    orders.c.status,
    orders.c.payment_method,
    orders.c.payment_status,
    orders.c.total_minor,
    orders.c.currency,
    orders.c.placed_at,
    orders.c.paid_at,
    orders.c.returned_at,
    orders.c.expires_at,
    orders.c.shipped_at,
    orders.c.delivered_at,
    orders.c.carrier,
    orders.c.tracking_number,
    orders.c.estimated_delivery,
    # As text, since each line's row repeats it: `_to_view` parses it once.
    cast(orders.c.address, Text).label("address"),
)
# In the order of the fields of `OrderLineView`.
_LINE_COLUMNS: Final = (
    order_lines.c.id,
    variants.c.product_id,
    order_lines.c.variant_id,
    order_lines.c.sku,
    order_lines.c.options,
    order_lines.c.title,
    order_lines.c.subtitle,
    order_lines.c.image,
    order_lines.c.quantity,
    order_lines.c.unit_price_minor,
    order_lines.c.status,
    order_lines.c.cancelled_at,
    (
        order_lines.c.unit_price_minor * order_lines.c.quantity
        - order_lines.c.refunded_minor
        - order_lines.c.refund_requested_minor
    ).label("refundable_minor"),
    image_sizes(variants.c.product_id, order_lines.c.image),
)
# A row has the columns of the order, its late refund, the columns of a line and its refund.
_ORDER_ID: Final = itemgetter(0)
_LATE_REFUND: Final = len(_ORDER_COLUMNS)
_LINE: Final = slice(_LATE_REFUND + 1, _LATE_REFUND + 1 + len(_LINE_COLUMNS))
_LINE_REFUND: Final = _LINE.stop
_IMAGE: Final = OrderLineView._fields.index("image")
_SIZES: Final = OrderLineView._fields.index("image_sizes")
_TOTAL_COUNT: Final = _LINE_REFUND + 1

_OWN: Final = orders.c.user_id == bindparam("user_id")
_NEWEST: Final = (orders.c.placed_at.desc(), orders.c.id.desc())


def _matches(search: str) -> ColumnElement[bool]:
    has_number = orders.c.number == search.strip().upper()
    terms = search_terms(search)
    if not terms:
        return has_number
    has_line = exists().where(
        order_lines.c.order_id == orders.c.id,
        *(
            or_(*(order_lines.c.search_text.contains(each, autoescape=True) for each in term))
            for term in terms
        ),
    )
    return or_(has_number, has_line)


def _with_lines(page: Select[Any]) -> Select[Any]:
    """The orders of `page`, joined with their lines."""
    page_cte = page.cte("page")
    order, count = page_cte.c[: _LATE_REFUND + 1], page_cte.c[_LATE_REFUND + 1 :]
    lines = (
        column.label(f"line_{column.name}")
        for column in (*_LINE_COLUMNS, order_lines.c.refunded_minor)
    )
    return (
        select(*order, *lines, *count)
        .join_from(page_cte, order_lines, order_lines.c.order_id == page_cte.c.id)
        .join(variants, variants.c.id == order_lines.c.variant_id)
        .order_by(page_cte.c.placed_at.desc(), page_cte.c.id.desc(), order_lines.c.id)
    )


def _orders(*filters: ColumnElement[bool]) -> Select[Any]:
    return _select_orders(_OWN, *filters)


def _select_orders(*filters: ColumnElement[bool]) -> Select[Any]:
    return select(*_ORDER_COLUMNS, orders.c.late_refunded_minor).where(*filters)


def _page(*filters: ColumnElement[bool]) -> Select[Any]:
    # A subquery, since a window function would sort all orders of the user.
    total_count = _count(*filters).scalar_subquery()
    return _with_lines(
        _orders(*filters)
        .add_columns(total_count.label("total_count"))
        .order_by(*_NEWEST)
        .limit(bindparam("size"))
        .offset(bindparam("offset"))
    )


def _count(*filters: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(orders).where(_OWN, *filters)


_PAGE: Final = DriverStatement(_page(), generic_plan=True)
_LATEST: Final = DriverStatement(
    _with_lines(_orders().order_by(*_NEWEST).limit(1)), generic_plan=True
)
_ORDER: Final = DriverStatement(
    _with_lines(_orders(orders.c.id == bindparam("order_id"))), generic_plan=True
)
_LINKED: Final = DriverStatement(
    _with_lines(
        _select_orders(
            orders.c.id == bindparam("order_id"),
            orders.c.link_generation == bindparam("generation"),
        )
    ),
    generic_plan=True,
)


class SqlOrderQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def history(
        self, user_id: UserId, *, page: int, page_size: int, search: str | None = None
    ) -> OrderPage:
        filters = [_matches(search)] if search and search.strip() else []
        parameters = {"user_id": user_id, "size": page_size, "offset": (page - 1) * page_size}
        rows = self._rows(_page(*filters) if filters else _PAGE, parameters)
        count = rows[0][_TOTAL_COUNT] if rows else 0
        if not rows and page > 1:
            # A page after the last one has no row with the count.
            [[count]] = self._rows(_count(*filters), {"user_id": user_id})
        return OrderPage(count=count, orders=_to_views(rows))

    def latest(self, user_id: UserId) -> OrderView | None:
        return self._first(_LATEST, {"user_id": user_id})

    def order_of(self, user_id: UserId, order_id: OrderId) -> OrderView | None:
        return self._first(_ORDER, {"user_id": user_id, "order_id": order_id})

    def linked_order(self, order_id: OrderId, *, generation: int) -> OrderView | None:
        return self._first(_LINKED, {"order_id": order_id, "generation": generation})

    def _rows(
        self, statement: DriverStatement | Select[Any], parameters: Parameters
    ) -> Sequence[Row]:
        if isinstance(statement, DriverStatement):
            return self._database.fetch(statement, parameters)
        # The SQL of a search depends on the number of its words.
        with self._database.reading() as connection:
            return connection.execute(statement, parameters).all()

    def _first(self, statement: DriverStatement, parameters: Parameters) -> OrderView | None:
        views = _to_views(self._database.fetch(statement, parameters))
        return views[0] if views else None


def _to_views(rows: Iterable[Row]) -> list[OrderView]:
    return [_to_view(list(lines)) for _, lines in groupby(rows, key=_ORDER_ID)]


def _to_view(rows: list[Row]) -> OrderView:
    *order, address, late_refund = rows[0][: _LATE_REFUND + 1]
    return OrderView._make(
        (
            *order,
            ShippingAddress(**orjson.loads(address)) if address else None,
            late_refund + sum(row[_LINE_REFUND] for row in rows),
            tuple(_to_line(row[_LINE]) for row in rows),
        )
    )


def _to_line(row: Row) -> OrderLineView:
    line = OrderLineView._make(row)
    return line._replace(image_sizes=to_image_sizes(row[_IMAGE], row[_SIZES]))
