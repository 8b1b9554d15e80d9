"""Queries of a customer's wishlist."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select

from novacart.adapters.persistence.catalog.mapper import (
    HAS_STOCK_LEVEL,
    IS_DEFAULT_VARIANT,
    PRODUCT_VIEW_COLUMNS,
    to_product_view,
)
from novacart.adapters.persistence.catalog.tables import (
    default_variants,
    products,
    stock_levels,
    variants,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.wishlist.tables import wishlist_entries as entries
from novacart.application.wishlist.queries import WishlistItem
from novacart.domain.shared.ids import UserId

_WISHLIST: Final = DriverStatement(
    select(*PRODUCT_VIEW_COLUMNS, variants.c.id, variants.c.options, entries.c.added_at)
    .join_from(entries, variants, variants.c.id == entries.c.variant_id)
    .join(products, products.c.id == variants.c.product_id)
    .join(stock_levels, HAS_STOCK_LEVEL)
    .join(default_variants, IS_DEFAULT_VARIANT)
    .where(
        entries.c.user_id == bindparam("user_id"),
        products.c.archived_at.is_(None),
        variants.c.archived_at.is_(None),
    )
    .order_by(entries.c.added_at.desc(), entries.c.variant_id.desc()),
    generic_plan=True,
)


class SqlWishlistQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def wishlist_of(self, user_id: UserId) -> Sequence[WishlistItem]:
        rows = self._database.fetch(_WISHLIST, {"user_id": user_id})
        return [
            WishlistItem(
                product=to_product_view(row),
                variant_id=row[-3],
                options=row[-2],
                created_at=row[-1],
            )
            for row in rows
        ]
