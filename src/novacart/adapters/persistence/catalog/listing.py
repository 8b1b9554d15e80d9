"""Lists of products: filters, orders, and where a page begins, as SQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    column,
    false,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.product_row import PRODUCT_COLUMNS
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import categories, products, stock_levels
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.application.catalog.search_terms import searched

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_AVAILABLE: Final = stock_levels.c.on_hand - stock_levels.c.reserved

# A score is a whole number, so that a cursor can carry it and compare it. Words of the title
# count most, then brand and author, then the rest.
_FOUND: Final = {
    "sqlite": "SELECT rowid AS product_id, {score} AS score FROM product_search"
    " WHERE product_search MATCH :searched",
    "postgresql": "SELECT product_id, {score} AS score FROM product_search"
    " WHERE words @@ CAST(:searched AS tsquery)",
}
_SCORE: Final = {
    "sqlite": "CAST(-1000000 * bm25(product_search, 10.0, 4.0, 1.0) AS INTEGER)",
    "postgresql": "CAST(1000000 * ts_rank('{0.1, 0.1, 0.4, 1.0}', words, "
    "CAST(:searched AS tsquery), 1) AS bigint)",
}

SOLD: Final = products.c.archived_at.is_(None)


class Listing:
    """One list of products: what is in it, in which order."""

    def __init__(self, dialect: str, wanted: ProductFilter, sort: ProductSort) -> None:
        words = searched(wanted.search)
        ranked = bool(words) and sort is ProductSort.RELEVANCE
        self._wanted = wanted
        self._finds_nothing = bool(wanted.search.strip()) and not words
        self._found = _found(dialect, words, ranked=ranked) if words else None
        self._descends = sort is not ProductSort.PRICE
        self._key: ColumnElement[Any] = products.c.created_at
        if sort in {ProductSort.PRICE, ProductSort.DEAREST}:
            self._key = products.c.price_minor
        elif ranked and self._found is not None:
            self._key = self._found.c.score

    def page(self, limit: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """One product more than `limit`, where there are more, with its key as `sort_key`."""
        statement = self._filtered(select(*PRODUCT_COLUMNS, self._key.label("sort_key")))
        order = (self._key, products.c.id)
        if after is not None:
            place = tuple_(literal(self._at(after.key), self._key.type), literal(after.id))
            statement = statement.where(
                tuple_(*order) < place if self._descends else tuple_(*order) > place
            )
        by = [column.desc() for column in order] if self._descends else order
        return statement.order_by(*by).limit(limit + 1)

    def count(self) -> Select[*tuple[Any, ...]]:
        return self._filtered(select(func.count()))

    def position(self, row: Row[Any]) -> ListPosition:
        key = row.sort_key
        if isinstance(key, datetime):
            key = (key - _EPOCH) // _MICROSECOND
        return ListPosition(key=key, id=row.id)

    def _at(self, key: int) -> datetime | int:
        """What a position's key is compared with. Any 64-bit integer is some moment."""
        if self._key is not products.c.created_at:
            return key
        try:
            return _EPOCH + key * _MICROSECOND
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC) if key > 0 else datetime.min.replace(tzinfo=UTC)

    def _filtered(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        wanted = self._wanted
        statement = statement.join_from(
            products, stock_levels, stock_levels.c.product_id == products.c.id
        ).where(SOLD)
        if self._found is not None:
            statement = statement.join(self._found, self._found.c.product_id == products.c.id)
        if self._finds_nothing:
            statement = statement.where(false())
        if wanted.category is not None:
            statement = statement.where(in_category(wanted.category))
        if wanted.brands:
            statement = statement.where(_any_of(products.c.brand, wanted.brands))
        if wanted.min_price is not None:
            statement = statement.where(products.c.price_minor >= wanted.min_price.amount)
        if wanted.max_price is not None:
            statement = statement.where(products.c.price_minor <= wanted.max_price.amount)
        if wanted.in_stock is not None:
            statement = statement.where(_AVAILABLE > 0 if wanted.in_stock else _AVAILABLE <= 0)
        return statement


def in_category(slug: str) -> ColumnElement[bool]:
    """Products of the active category of that slug; none where there is no such category."""
    return products.c.category_id == (
        select(categories.c.id)
        .where(categories.c.slug == slug, categories.c.is_active)
        .scalar_subquery()
    )


def _any_of(column: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    # One value by equality, so that an index on it is already in the list's order.
    return column == values[0] if len(values) == 1 else column.in_(values)


def _found(dialect: str, words: Sequence[str], *, ranked: bool) -> Subquery:
    score = _SCORE[dialect] if ranked else "0"
    return (
        text(_FOUND[dialect].replace("{score}", score))
        .bindparams(searched=match_expression(dialect, words))
        .columns(column("product_id", BigInteger), column("score", BigInteger))
        .subquery("found")
    )
