"""Orders with their customers, for e-mails."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final, cast

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Row, bindparam, select

from novacart.adapters.persistence.accounts.mapper import to_user
from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.catalog.tables import variants
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.mapper import to_order
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.ports.mailed_orders import MailedOrder
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.shared.ids import OrderId

_ORDER_COLUMNS: Final = orders.c.keys()
_LINE_COLUMNS: Final = [*order_lines.c.keys(), "product_id"]
_USER_COLUMNS: Final = users.c.keys()
_LINES_START: Final = len(_ORDER_COLUMNS)
_USER_START: Final = _LINES_START + len(_LINE_COLUMNS)
# One statement, because lines that are read later could contradict the order.
_ORDER: Final = DriverStatement(
    select(*orders.c, *order_lines.c, variants.c.product_id, *users.c)
    .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
    .join(variants, variants.c.id == order_lines.c.variant_id)
    .join(users, users.c.id == orders.c.user_id)
    .where(orders.c.id == bindparam("order_id"))
    .order_by(order_lines.c.id)
    .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL),
    generic_plan=True,
)


class SqlMailedOrders:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, order_id: OrderId) -> MailedOrder:
        rows = self._database.fetch(_ORDER, {"order_id": order_id})
        if not rows:
            raise OrderNotFound
        first = rows[0]
        lines = [_row(_LINE_COLUMNS, row[_LINES_START:_USER_START]) for row in rows]
        order = to_order(_row(_ORDER_COLUMNS, first[:_LINES_START]), lines, history=[])
        customer = _row(_USER_COLUMNS, first[_USER_START:])
        return MailedOrder(order, None if customer.kind == "GUEST" else to_user(customer))


def _row(columns: Sequence[str], values: Sequence[object]) -> Row[Any]:
    """The values as attributes, as the mappers read them from SQLAlchemy's rows."""
    return cast("Row[Any]", SimpleNamespace(**dict(zip(columns, values, strict=True))))
