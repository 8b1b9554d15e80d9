"""Repository of orders."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, update

from novacart.adapters.persistence.catalog.tables import variants
from novacart.adapters.persistence.ordering.mapper import (
    history_rows,
    line_rows,
    line_state,
    order_row,
    to_order,
)
from novacart.adapters.persistence.ordering.tables import (
    CANCELLATION,
    order_history,
    order_lines,
    orders,
)
from novacart.adapters.persistence.statements import DriverStatement, MultiRowInsert
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, UserId

_LINE_STATE: Final = (
    "status",
    "cancelled_at",
    "refund_requested_quantity",
    "refund_requested_minor",
    "refunded_quantity",
    "refunded_minor",
    "shipped_quantity",
    "returned_quantity",
)
_OF_ORDER: Final[BindParameter[int]] = bindparam("order_id")
_SELECT: Final = select(orders).where(orders.c.id == _OF_ORDER).with_for_update(key_share=True)
_SELECT_LINES: Final = (
    select(order_lines, variants.c.product_id)
    .join_from(order_lines, variants, variants.c.id == order_lines.c.variant_id)
    .where(order_lines.c.order_id == _OF_ORDER)
    .order_by(order_lines.c.id)
)
_SELECT_HISTORY: Final = (
    select(order_history).where(order_history.c.order_id == _OF_ORDER).order_by(order_history.c.id)
)
_INSERT: Final = DriverStatement(insert(orders))
_INSERT_LINES: Final = MultiRowInsert(order_lines, order_lines.c.keys())
_INSERT_HISTORY: Final = MultiRowInsert(
    order_history, [column.name for column in order_history.c if column.name != "id"]
)
_UPDATE: Final = DriverStatement(
    update(orders).where(orders.c.id == bindparam("_id"), orders.c.version == bindparam("_version"))
)
_UPDATE_LINE: Final = DriverStatement(
    update(order_lines)
    .where(order_lines.c.id == bindparam("line_id"))
    .values({name: bindparam(f"new_{name}") for name in _LINE_STATE})
)


class SqlOrders:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._history_sizes: dict[OrderId, int] = {}

    def add(self, order: Order) -> None:
        _INSERT.execute_later(self._connection, order_row(order) | {"version": 1})
        order.version = 1
        _INSERT_LINES.execute_later(self._connection, line_rows(order))
        self._history_sizes[order.id] = 0
        self._write_history(order)
        self._saved(order)

    def save(self, order: Order) -> None:
        updated = _UPDATE.execute(
            self._connection,
            order_row(order)
            | {"version": order.version + 1, "_id": order.id, "_version": order.version},
        )
        if updated != 1:
            raise ConcurrentChange
        order.version += 1
        _UPDATE_LINE.execute_many(
            self._connection,
            [
                {"line_id": line.id}
                | {f"new_{name}": value for name, value in line_state(line).items()}
                for line in order.lines
            ],
        )
        self._write_history(order)
        self._saved(order)

    def get(self, order_id: OrderId) -> Order:
        # Lock the order first: the statement that reads its lines then sees what the previous
        # holder of the lock committed.
        parameters = {"order_id": order_id}
        row = self._connection.execute(_SELECT, parameters).one_or_none()
        if row is None:
            raise OrderNotFound
        lines = self._connection.execute(_SELECT_LINES, parameters).all()
        history = self._connection.execute(_SELECT_HISTORY, parameters).all()
        self._history_sizes[order_id] = len(history)
        return to_order(row, lines, history)

    def of_user(self, order_id: OrderId, user_id: UserId) -> Order:
        order = self.get(order_id)
        if order.user_id != user_id:
            raise OrderNotFound
        return order

    def by_number(self, number: str) -> Order | None:
        order_id = self._connection.scalar(select(orders.c.id).where(orders.c.number == number))
        return None if order_id is None else self.get(order_id)

    def pending_of(self, user_ids: Collection[UserId]) -> Sequence[Order]:
        ids = self._connection.scalars(
            select(orders.c.id)
            .where(orders.c.user_id.in_(user_ids), orders.c.status == OrderStatus.PENDING.value)
            .order_by(orders.c.id)
        ).all()
        # Read again under the lock: a payment or the expiry may have been committed since.
        locked = [self.get(order_id) for order_id in ids]
        return [
            order
            for order in locked
            if order.status is OrderStatus.PENDING and order.user_id in user_ids
        ]

    def cancelled_by(self, actor: str, *, since: datetime) -> int:
        total = self._connection.scalar(
            select(func.sum(orders.c.total_minor))
            .join_from(order_history, orders, orders.c.id == order_history.c.order_id)
            .where(
                CANCELLATION,
                order_history.c.actor == actor,
                order_history.c.occurred_at >= since,
            )
        )
        return int(total or 0)

    def expired(self, at: datetime, *, limit: int) -> Sequence[OrderId]:
        return self._connection.scalars(
            select(orders.c.id)
            .where(orders.c.status == OrderStatus.PENDING.value, orders.c.expires_at <= at)
            .order_by(orders.c.expires_at, orders.c.id)
            .limit(limit)
        ).all()

    def _write_history(self, order: Order) -> None:
        rows = history_rows(order, after=self._history_sizes[order.id])
        _INSERT_HISTORY.execute_later(self._connection, rows)
        self._history_sizes[order.id] = len(order.history)
