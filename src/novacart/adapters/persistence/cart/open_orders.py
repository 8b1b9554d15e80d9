"""The orders that reserve stock for the user `user_id`, read once for a checkout.

`abandoned` are the orders placed after `since`.
"""

from typing import Final

from sqlalchemy import ColumnElement, Subquery, and_, bindparam, func, literal, or_, select

from novacart.adapters.persistence.cart.tables import cart_lines
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.domain.ordering.lifecycle import LineStatus, OrderStatus, PaymentMethod

_COD_OPEN = [literal(status.value) for status in (OrderStatus.CONFIRMED, OrderStatus.PROCESSING)]

# Read before it is joined with lines: the plan must not begin with all orders of a variant.
_of_user = (
    select(orders.c.id, orders.c.status, orders.c.placed_at)
    .where(
        orders.c.user_id == bindparam("user_id"),
        or_(
            orders.c.status == OrderStatus.PENDING.value,
            and_(
                orders.c.status.in_(_COD_OPEN), orders.c.payment_method == PaymentMethod.COD.value
            ),
            and_(
                orders.c.status == OrderStatus.CANCELLED.value,
                orders.c.payment_method == PaymentMethod.ONLINE.value,
                orders.c.placed_at > bindparam("since", type_=UtcDateTime),
            ),
        ),
    )
    .cte("orders_of_user")
)
_is_unpaid = _of_user.c.status == OrderStatus.PENDING.value
_is_abandoned = _of_user.c.status == OrderStatus.CANCELLED.value

open_orders: Final = select(
    func.count().filter(_is_unpaid).label("unpaid"),
    func.count().filter(_of_user.c.status.in_(_COD_OPEN)).label("cod"),
    func.count().filter(_is_abandoned).label("abandoned"),
    func.min(_of_user.c.placed_at).filter(_is_abandoned).label("abandoned_since"),
).subquery("open_orders")
"""One row with the numbers of `OpenOrders`."""


def reserved_units(dialect: str) -> Subquery:
    """A row for each variant of the cart of which unpaid and COD orders reserve units."""
    of_cart = select(cart_lines.c.variant_id).where(cart_lines.c.user_id == bindparam("user_id"))
    is_of_cart: ColumnElement[bool] = order_lines.c.variant_id.in_(of_cart)
    if dialect == "postgresql":
        # Otherwise it searches the index of lines for each order and each variant.
        is_of_cart = order_lines.c.variant_id == func.any(func.array(of_cart.scalar_subquery()))
    return (
        select(order_lines.c.variant_id, func.sum(order_lines.c.quantity).label("units"))
        .join_from(_of_user, order_lines, order_lines.c.order_id == _of_user.c.id)
        .where(~_is_abandoned, order_lines.c.status != LineStatus.CANCELLED.value, is_of_cart)
        .group_by(order_lines.c.variant_id)
        .subquery("reserved_units")
    )
