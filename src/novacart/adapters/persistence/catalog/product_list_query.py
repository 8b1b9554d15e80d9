"""Lists of products: filters, sort orders and pages in SQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    column,
    false,
    func,
    select,
    text,
)
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.mapper import AVAILABLE, PRODUCT_VIEW_COLUMNS
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import categories, products, stock_levels
from novacart.adapters.persistence.keyset import seek
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.application.search_terms import SearchTerm, facet_key, search_terms

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# A score is an integer, so that a cursor can carry it and compare it exactly. Words of the
# title weigh most, then brand and author, then subtitle and description.
_SEARCH: Final = {
    "sqlite": "SELECT rowid AS product_id, {score} AS score FROM product_search"
    " WHERE product_search MATCH :terms",
    "postgresql": "SELECT product_id, {score} AS score FROM product_search"
    " WHERE words @@ CAST(:terms AS tsquery)",
}
_SCORE: Final = {
    "sqlite": "CAST(-1000000 * bm25(product_search, 10.0, 4.0, 1.0) AS INTEGER)",
    "postgresql": "CAST(1000000 * ts_rank('{0.1, 0.1, 0.4, 1.0}', words, "
    "CAST(:terms AS tsquery), 1) AS bigint)",
}

_HAS_STOCK_LEVEL: Final = stock_levels.c.product_id == products.c.id

IS_ACTIVE: Final = products.c.archived_at.is_(None)
# Products of an inactive category can still be opened and ordered, but they are not listed.
IS_LISTED: Final = and_(
    IS_ACTIVE,
    # Without OR, so that SQLite keeps to the index of the list's order.
    func.coalesce(products.c.category_id, 0).not_in(
        select(categories.c.id).where(~categories.c.is_active)
    ),
)


class ProductListQuery:
    """The statements of one list of products."""

    def __init__(self, dialect: str, filters: ProductFilter, sort: ProductSort) -> None:
        terms = search_terms(filters.search)
        is_ranked = bool(terms) and sort is ProductSort.RELEVANCE
        self._filters = filters
        self._has_unmatchable_search = bool(filters.search.strip()) and not terms
        self._search = _search(dialect, terms, is_ranked=is_ranked) if terms else None
        self._descending = sort is not ProductSort.PRICE
        self._key: ColumnElement[Any] = products.c.created_at
        if sort in {ProductSort.PRICE, ProductSort.PRICE_DESCENDING}:
            self._key = products.c.price_minor
        elif is_ranked and self._search is not None:
            self._key = self._search.c.score

    def page(self, limit: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """Select `limit` products after a position, and one more if there is a next page.

        Rows begin with `PRODUCT_VIEW_COLUMNS`, followed by the sort key as `sort_key`.
        """
        page = select(*PRODUCT_VIEW_COLUMNS, self._key.label("sort_key"))
        return seek(
            self._filtered(page.join_from(products, stock_levels, _HAS_STOCK_LEVEL)),
            (self._key, products.c.id),
            descending=self._descending,
            limit=limit,
            after=None if after is None else (self._from_position(after.key), after.id),
        )

    def count(self) -> Select[*tuple[Any, ...]]:
        count: Select[*tuple[Any, ...]] = select(func.count()).select_from(products)
        if self._filters.in_stock is not None:
            count = count.join(stock_levels, _HAS_STOCK_LEVEL)
        return self._filtered(count)

    def position(self, row: Row[Any]) -> ListPosition:
        """The position after a row of `page`."""
        key = row.sort_key
        if isinstance(key, datetime):
            key = (key - _EPOCH) // _MICROSECOND
        return ListPosition(key=key, id=row.id)

    def _from_position(self, key: int) -> datetime | int:
        """The sort key in its column's type. A time out of range becomes the nearest valid one."""
        if self._key is not products.c.created_at:
            return key
        try:
            return _EPOCH + key * _MICROSECOND
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC) if key > 0 else datetime.min.replace(tzinfo=UTC)

    def _filtered(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        filters = self._filters
        statement = statement.where(in_category(filters.category))
        if self._search is not None:
            statement = statement.join(self._search, self._search.c.product_id == products.c.id)
        if self._has_unmatchable_search:
            statement = statement.where(false())
        if filters.brands:
            keys = list(dict.fromkeys(facet_key(brand) for brand in filters.brands))
            statement = statement.where(_is_one_of(products.c.brand_key, keys))
        if filters.min_price is not None:
            statement = statement.where(products.c.price_minor >= filters.min_price.amount)
        if filters.max_price is not None:
            statement = statement.where(products.c.price_minor <= filters.max_price.amount)
        if filters.in_stock is not None:
            statement = statement.where(AVAILABLE > 0 if filters.in_stock else AVAILABLE <= 0)
        return statement


def in_category(slug: str | None) -> ColumnElement[bool]:
    """Whether a product is listed, and in the active category of this slug."""
    if slug is None:
        return IS_LISTED
    category_id = (
        select(categories.c.id)
        .where(categories.c.slug == slug, categories.c.is_active)
        .scalar_subquery()
    )
    return and_(IS_ACTIVE, products.c.category_id == category_id)


def _is_one_of(column: ColumnElement[str], values: Sequence[str]) -> ColumnElement[bool]:
    # Equality with a single value lets an index return rows in the order of the list.
    return column == values[0] if len(values) == 1 else column.in_(values)


def _search(dialect: str, terms: Sequence[SearchTerm], *, is_ranked: bool) -> Subquery:
    score = _SCORE[dialect] if is_ranked else "0"
    return (
        text(_SEARCH[dialect].replace("{score}", score))
        .bindparams(terms=match_expression(dialect, terms))
        .columns(column("product_id", BigInteger), column("score", BigInteger))
        .subquery("search")
    )
