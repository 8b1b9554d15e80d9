"""Products in the order of a list, as an index has them.

In a category with others below it, the lists of all these categories are merged, each read from its
index in order. Reading all their products and sorting them would take longer the more there are.
"""

from collections.abc import Collection, Sequence
from itertools import product
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    any_,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from novacart.adapters.persistence.catalog.list_conditions import (
    IS_ACTIVE,
    brand_keys,
    facet_conditions,
    is_in_category,
    price_limits,
    stock_filters,
)
from novacart.adapters.persistence.catalog.list_order import ListOrder
from novacart.adapters.persistence.catalog.mapper import HAS_STOCK_LEVEL
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.keyset import follows
from novacart.application.catalog.queries import ListPosition, ProductFilter

MAX_MERGED: Final = 256
"""Categories whose lists are merged. With more, PostgreSQL chooses between sorting all products and
reading those of other categories, too."""

_ZERO: Final = literal_column("0", BigInteger)
_HIGHEST: Final = literal_column(str(2**63 - 1), BigInteger)
# A position before all products of a list by time on PostgreSQL.
_BEFORE_NEWEST: Final[Sequence[ColumnElement[Any]]] = (
    literal_column("CAST('infinity' AS timestamptz)"),
    _ZERO,
)


class OrderedProducts:
    """The products of a list in its order, which pass the filters by columns and stock."""

    def __init__(
        self,
        dialect: str,
        filters: ProductFilter,
        order: ListOrder,
        branch: Sequence[ColumnElement[int]],
        *,
        by_ranges: bool,
        without: Collection[str] = (),
        conditions: Sequence[ColumnElement[bool]] = (),
    ) -> None:
        """`branch` are the categories of the list, as parameters.

        Without them, a list of a category with others below it is empty. With `by_ranges`, each
        category, and each brand in it, is read by a plan for any values, see `_range`. The filters
        named in `without`, as in `unindexed_filters`, are not applied; `conditions` are, too.
        """
        self._dialect = dialect
        self._filters = filters
        self._order = order
        self._branch = branch
        self._by_ranges = by_ranges
        self._without = without
        self._conditions = conditions

    @property
    def is_merged(self) -> bool:
        return 0 < len(self._branch) <= MAX_MERGED

    def next(
        self, count: ColumnElement[int], after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of the `count` products after a position."""
        if self.is_merged or "listed" in self._without:
            return self._merged(count, after)
        of_list = select(products.c.id, self._order.key.label("sort_key"))
        return self.select(self._joined(of_list), count, after)

    def select(
        self,
        statement: Select[*tuple[Any, ...]],
        count: ColumnElement[int],
        after: ListPosition | None,
    ) -> Select[*tuple[Any, ...]]:
        """The same products of a statement that selects products, without merging categories."""
        order = [self._order.key, products.c.id]
        page = self._restricted(
            statement.where(is_in_category(self._dialect, self._filters, self._branch))
        )
        page = page.where(*self._order.follows(order, after))
        is_leaf = self._filters.category is not None and not self._branch
        if is_leaf and self._dialect == "postgresql":
            # Not the order of an index of the whole shop, see `is_in_category`.
            order = [products.c.category_id, *order]
        return page.order_by(*self._order.by(*order)).limit(count)

    def _merged(
        self, count: ColumnElement[int], after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Merge the lists of all categories.

        Each part is limited, too: otherwise PostgreSQL reads all its products and sorts them.
        """
        if self._by_ranges:
            brands: Sequence[ColumnElement[str] | None] = [None]
            if self._filters.brands and "brands" not in self._without:
                brands = brand_keys(self._filters)
            categories: Sequence[ColumnElement[int] | None] = self._branch or [None]
            parts = [self._range(*each, count, after) for each in product(categories, brands)]
        else:
            parts = [self._of_category(category, count, after) for category in self._branch]
        merged = union_all(*parts).subquery("merged")
        return (
            select(merged.c.id, merged.c.sort_key)
            .order_by(*self._order.by(merged.c.sort_key, merged.c.id))
            .limit(count)
        )

    def _of_category(
        self, category: ColumnElement[Any], count: ColumnElement[int], after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of `count` products of a category after a position."""
        order = [self._order.key, products.c.id]
        in_category = products.c.category_id == category
        position = self._order.follows(order, after)
        if self._dialect == "postgresql":
            # Not the order of an index of the whole shop, see `is_in_category`.
            in_category = products.c.category_id == any_(array([category]))
            order = [products.c.category_id, *order]
        part = self._restricted(self._active().where(in_category)).where(*position)
        # SQLite accepts a limit only in a subquery of a union.
        return select(part.order_by(*self._order.by(*order)).limit(count).subquery())

    def _range(
        self,
        category: ColumnElement[Any] | None,
        brand: ColumnElement[Any] | None,
        count: ColumnElement[int],
        after: ListPosition | None,
    ) -> Select[*tuple[Any, ...]]:
        """Select the same of a category, or of a brand in it, with a plan for any values.

        Category, brand and price are compared by ranges of rows, not by equations. So only the
        index that begins with these columns has the order, and PostgreSQL, which expects a ninth of
        all products in any range, does not read all of them and sort. With equations it could also
        read the newest products of the whole shop, since they follow each other in the table.
        """
        values_of_part = {products.c.category_id: category, products.c.brand_key: brand}
        parts = {column: value for column, value in values_of_part.items() if value is not None}
        order = [*parts, self._order.key, products.c.id]
        is_descending = self._order.is_descending
        start: Sequence[ColumnElement[Any]] = _BEFORE_NEWEST
        end = dict(parts)
        compared = {"brands"}
        if self._order.is_by_price:
            compared.add("price")
            first, last = price_limits(self._filters)
            before_all = _ZERO
            if is_descending:
                first, last, before_all = last, first, _HIGHEST
            start = (before_all if first is None else first, before_all)
            if last is not None:
                end[products.c.price_minor] = last
        start = [*parts.values(), *(self._order.position(after) or start)]
        conditions = [follows(order, start, descending=is_descending)]
        if end:
            columns, values = tuple_(*end), tuple_(*end.values())
            conditions.append(columns >= values if is_descending else columns <= values)
        found = (
            self._restricted(self._active(), compared)
            .add_columns(*parts)
            .where(*conditions)
            .order_by(*self._order.by(*order))
            .limit(count)
            .subquery("part")
        )
        # Since each part has one value here, its order is that of the list. PostgreSQL knows it
        # only of columns that are returned.
        equal = [found.c[column.name] for column in parts]
        return (
            select(found.c.id, found.c.sort_key, *equal)
            .where(*(column == value for column, value in zip(equal, parts.values(), strict=True)))
            .order_by(*self._order.by(found.c.sort_key, found.c.id), *equal)
        )

    def _active(self) -> Select[*tuple[Any, ...]]:
        active = select(products.c.id, self._order.key.label("sort_key")).where(IS_ACTIVE)
        return self._joined(active)

    def _joined(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Join the stock if a filter reads it."""
        if set(stock_filters(self._filters)).difference(self._without):
            return statement.join(stock_levels, HAS_STOCK_LEVEL)
        return statement

    def _restricted(
        self, statement: Select[*tuple[Any, ...]], compared: Collection[str] = ()
    ) -> Select[*tuple[Any, ...]]:
        """Apply the filters, except the category and those that are `compared` otherwise."""
        conditions = facet_conditions(self._filters).items()
        left_out = {*self._without, *compared}
        return statement.where(
            *(each for name, each in conditions if name not in left_out), *self._conditions
        )
