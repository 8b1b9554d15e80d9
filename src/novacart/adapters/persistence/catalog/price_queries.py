"""`PriceQueries` on SQLAlchemy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, select

from novacart.adapters.persistence.catalog.price_rows import to_price_entry
from novacart.adapters.persistence.catalog.tables import price_history, variants
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.price_queries import RecordedPrice
from novacart.domain.catalog.errors import VariantNotFound
from novacart.domain.shared.ids import ProductId, VariantId

_PRICES: Final[Select[*tuple[Any, ...]]] = select(
    *price_history.c, variants.c.options.label("options")
).join_from(price_history, variants, variants.c.id == price_history.c.variant_id)


class SqlPriceQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def history(
        self,
        variant_id: VariantId,
        *,
        limit: int,
        at: datetime | None = None,
        before: int | None = None,
    ) -> Sequence[RecordedPrice]:
        statement = _PRICES.where(price_history.c.variant_id == variant_id)
        if at is not None:
            statement = statement.where(price_history.c.valid_from <= at)
        if before is not None:
            statement = statement.where(price_history.c.id < before)
        entries = self._fetch(statement.order_by(price_history.c.id.desc()).limit(limit))
        if not entries:
            self._ensure_exists(variant_id)
        return entries

    def history_of_product(self, product_id: ProductId, *, limit: int) -> Sequence[RecordedPrice]:
        of_product = _PRICES.where(variants.c.product_id == product_id)
        return self._fetch(of_product.order_by(price_history.c.id.desc()).limit(limit))

    def prices_at(self, product_id: ProductId, at: datetime) -> Sequence[RecordedPrice]:
        valid = price_history.alias("valid")
        last = (
            select(func.max(valid.c.id))
            .where(valid.c.variant_id == variants.c.id, valid.c.valid_from <= at)
            .scalar_subquery()
        )
        return self._fetch(
            _PRICES.where(variants.c.product_id == product_id, price_history.c.id == last).order_by(
                variants.c.position, variants.c.id
            )
        )

    def _fetch(self, statement: Select[*tuple[Any, ...]]) -> list[RecordedPrice]:
        with self._database.reading() as connection:
            return [_to_price(row) for row in connection.execute(statement)]

    def _ensure_exists(self, variant_id: VariantId) -> None:
        with self._database.reading() as connection:
            if not connection.scalar(select(variants.c.id).where(variants.c.id == variant_id)):
                raise VariantNotFound


def _to_price(row: Row[Any]) -> RecordedPrice:
    return RecordedPrice(
        id=row.id,
        variant_id=VariantId(row.variant_id),
        options=row.options,
        entry=to_price_entry(row),
    )
