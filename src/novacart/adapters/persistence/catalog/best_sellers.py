"""The products that sold most, from the stored sales figures."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from novacart.adapters.persistence.back_office.tables import sales_day_products, sales_days
from novacart.adapters.persistence.catalog.list_conditions import IS_LISTED
from novacart.adapters.persistence.catalog.mapper import (
    HAS_STOCK_LEVEL,
    IS_AVAILABLE,
    LISTED_COLUMNS,
)
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.queries import ListedProduct

_DAYS: Final = timedelta(days=30)
# More than are shown, since some of them may be archived or sold out.
_RANKED: Final = 200


class SqlBestSellers:
    """Keeps the ranking in memory until figures are counted again; prices and stock are read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # The newest figures and their ranking. Set at once, since threads share them.
        self._ranked: tuple[tuple[date, datetime] | None, Sequence[int]] = (None, ())

    def best_sellers(self, limit: int) -> Sequence[ListedProduct]:
        with self._database.reading() as connection:
            ranking = self._current_ranking(connection)
            rows = connection.execute(
                select(*LISTED_COLUMNS)
                .join_from(products, stock_levels, HAS_STOCK_LEVEL)
                .where(IS_LISTED, IS_AVAILABLE, products.c.id.in_(ranking))
            )
            by_id = {row[0]: ListedProduct._make(row) for row in rows}
        return [by_id[each] for each in ranking if each in by_id][:limit]

    def _current_ranking(self, connection: Connection) -> Sequence[int]:
        last, counted_at = connection.execute(
            select(func.max(sales_days.c.day), func.max(sales_days.c.counted_at))
        ).one()
        if last is None:
            return ()
        counted = last, counted_at
        ranked_by, ranking = self._ranked
        if counted != ranked_by:
            sold = sales_day_products.c
            rows = connection.execute(
                select(sold.product_id)
                .where(sold.day > last - _DAYS)
                .group_by(sold.product_id)
                .order_by(func.sum(sold.units).desc(), sold.product_id)
                .limit(_RANKED)
            )
            ranking = [*rows.scalars()]
            self._ranked = counted, ranking
        return ranking
