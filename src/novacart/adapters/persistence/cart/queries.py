"""Queries of a customer's cart."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select

from novacart.adapters.persistence.cart.availability import orderable
from novacart.adapters.persistence.cart.tables import cart_lines
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.application.cart.queries import CartItem
from novacart.domain.shared.ids import UserId
from novacart.domain.shared.money import Money

_CART: Final = (
    select(
        cart_lines.c.id,
        cart_lines.c.product_id,
        cart_lines.c.quantity,
        products.c.title,
        products.c.subtitle,
        products.c.price_minor,
        products.c.currency,
        products.c.image,
        orderable(bindparam("user_id")).label("stock"),
    )
    .join_from(cart_lines, products, products.c.id == cart_lines.c.product_id)
    .join(stock_levels, stock_levels.c.product_id == products.c.id)
    .where(cart_lines.c.user_id == bindparam("user_id"), products.c.archived_at.is_(None))
    .order_by(cart_lines.c.added_at, cart_lines.c.id)
)


class SqlCartQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def cart_of(self, user_id: UserId) -> Sequence[CartItem]:
        with self._database.reading() as connection:
            return [
                CartItem(
                    id=row.id,
                    product_id=row.product_id,
                    title=row.title,
                    subtitle=row.subtitle,
                    price=Money(row.price_minor, row.currency),
                    image=row.image,
                    quantity=row.quantity,
                    stock=row.stock,
                )
                for row in connection.execute(_CART, {"user_id": user_id})
            ]
