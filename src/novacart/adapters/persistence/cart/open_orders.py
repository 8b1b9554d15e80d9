"""The orders that reserve stock for a user, as columns of a row of `users`."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, func, literal, or_, select

from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.cart.tables import cart_lines
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.domain.ordering.lifecycle import LineStatus, OrderStatus, PaymentMethod

_COD_OPEN = [literal(status.value) for status in (OrderStatus.CONFIRMED, OrderStatus.PROCESSING)]


def open_orders(since: BindParameter[datetime]) -> list[ColumnElement[Any]]:
    """The columns of `OpenOrders`; abandoned orders are those placed after `since`."""
    abandoned = (
        orders.c.status == OrderStatus.CANCELLED.value,
        orders.c.payment_method == PaymentMethod.ONLINE.value,
        orders.c.placed_at > since,
    )
    return [
        _of_user(
            select(func.count()),
            orders.c.status == OrderStatus.PENDING.value,
        ).label("orders_unpaid"),
        _of_user(
            select(func.count()),
            orders.c.status.in_(_COD_OPEN),
            orders.c.payment_method == PaymentMethod.COD.value,
        ).label("orders_cod"),
        _of_user(select(func.count()), *abandoned).label("orders_abandoned"),
        _of_user(select(func.min(orders.c.placed_at)), *abandoned).label("abandoned_since"),
    ]


def reserved_units() -> ColumnElement[Any]:
    """The units of a cart line's product that the user's unpaid and COD orders reserve."""
    is_open = or_(
        orders.c.status == OrderStatus.PENDING.value,
        and_(orders.c.status.in_(_COD_OPEN), orders.c.payment_method == PaymentMethod.COD.value),
    )
    units = (
        select(func.sum(order_lines.c.quantity))
        .join_from(orders, order_lines, order_lines.c.order_id == orders.c.id)
        .where(
            orders.c.user_id == users.c.id,
            order_lines.c.product_id == cart_lines.c.product_id,
            order_lines.c.status != LineStatus.CANCELLED.value,
            is_open,
        )
        .correlate(users, cart_lines)
        .scalar_subquery()
    )
    return func.coalesce(units, 0).label("reserved_units")


def _of_user(statement: Select[Any], *conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 (a scalar subquery of any type)
    return (
        statement.select_from(orders)
        .where(orders.c.user_id == users.c.id, *conditions)
        .correlate(users)
        .scalar_subquery()
    )
