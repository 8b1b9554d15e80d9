"""Queries of a customer's wishlist."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select

from novacart.adapters.persistence.catalog.mapper import PRODUCT_VIEW_COLUMNS, to_product_view
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.wishlist.tables import wishlist_entries as entries
from novacart.application.wishlist.queries import WishlistItem
from novacart.domain.shared.ids import UserId

_WISHLIST: Final = DriverStatement(
    select(*PRODUCT_VIEW_COLUMNS, entries.c.added_at)
    .join_from(entries, products, products.c.id == entries.c.product_id)
    .join(stock_levels, stock_levels.c.product_id == products.c.id)
    .where(entries.c.user_id == bindparam("user_id"), products.c.archived_at.is_(None))
    .order_by(entries.c.added_at.desc(), entries.c.product_id.desc()),
    generic_plan=True,
)


class SqlWishlistQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def wishlist_of(self, user_id: UserId) -> Sequence[WishlistItem]:
        rows = self._database.fetch(_WISHLIST, {"user_id": user_id})
        return [WishlistItem(product=to_product_view(row), created_at=row[-1]) for row in rows]
