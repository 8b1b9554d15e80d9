"""The units of a variant that a customer can order."""

from sqlalchemy import BindParameter, ColumnElement, func, select

from novacart.adapters.persistence.cart.tables import carts
from novacart.adapters.persistence.catalog.mapper import AVAILABLE
from novacart.adapters.persistence.catalog.tables import stock_levels
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.shared.ids import UserId


def orderable(user_id: UserId | BindParameter[int]) -> ColumnElement[int]:
    """For a row of `stock_levels`: the available units, and those reserved for this user.

    The latter belong to the unpaid order that a one-step checkout created from the cart.
    """
    held = (
        select(order_lines.c.quantity)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .join(carts, carts.c.checkout_order_id == orders.c.id)
        .where(
            carts.c.user_id == user_id,
            # A guest's order may have been claimed by a user since.
            orders.c.user_id == carts.c.user_id,
            orders.c.status == OrderStatus.PENDING.value,
            order_lines.c.variant_id == stock_levels.c.variant_id,
        )
        .correlate(stock_levels)
        .scalar_subquery()
    )
    return AVAILABLE + func.coalesce(held, 0)
