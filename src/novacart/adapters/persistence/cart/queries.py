"""Queries of a customer's cart."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select

from novacart.adapters.persistence.cart.availability import orderable
from novacart.adapters.persistence.cart.tables import cart_lines
from novacart.adapters.persistence.catalog.mapper import image_sizes, to_image_sizes
from novacart.adapters.persistence.catalog.tables import IMAGE, products, stock_levels, variants
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, Row
from novacart.application.cart.queries import CartItem
from novacart.domain.shared.ids import UserId

# The columns are in the order of the fields of `CartItem`.
_CART: Final = DriverStatement(
    select(
        cart_lines.c.id,
        variants.c.product_id,
        cart_lines.c.variant_id,
        cart_lines.c.quantity,
        products.c.title,
        products.c.subtitle,
        variants.c.sku,
        variants.c.options,
        variants.c.price_minor,
        variants.c.currency,
        IMAGE.label("image"),
        image_sizes(variants.c.product_id, IMAGE),
        orderable(bindparam("user_id")).label("stock"),
    )
    .join_from(cart_lines, variants, variants.c.id == cart_lines.c.variant_id)
    .join(products, products.c.id == variants.c.product_id)
    .join(stock_levels, stock_levels.c.variant_id == variants.c.id)
    .where(
        cart_lines.c.user_id == bindparam("user_id"),
        products.c.archived_at.is_(None),
        variants.c.archived_at.is_(None),
    )
    .order_by(cart_lines.c.added_at, cart_lines.c.id),
    generic_plan=True,
)
_IMAGE: Final = CartItem._fields.index("image")
_SIZES: Final = CartItem._fields.index("image_sizes")


class SqlCartQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def cart_of(self, user_id: UserId) -> Sequence[CartItem]:
        return [_to_item(row) for row in self._database.fetch(_CART, {"user_id": user_id})]


def _to_item(row: Row) -> CartItem:
    sizes = to_image_sizes(row[_IMAGE], row[_SIZES])
    return CartItem._make(row)._replace(image_sizes=sizes)
