"""Statements that select a page of a list of products.

A page is found in one of three ways. If an index has the products in the order of the list, it is
read from there. Otherwise, on PostgreSQL, the next products of the list, or of its tags, are
examined: each is compared with what no index has in this order. Or an index finds all products that
match a search, the attributes or a filter that few products pass, and these are read and sorted.
`list_pages` and `search_pages` choose between them, by what each would cost.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    TextClause,
    bindparam,
    literal_column,
    select,
    true,
    type_coerce,
)
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import NullType

from novacart.adapters.persistence.catalog.attribute_conditions import (
    have_values,
    products_with_values,
)
from novacart.adapters.persistence.catalog.list_conditions import (
    IS_LISTED,
    facet_conditions,
    is_in_category,
    stock_filters,
)
from novacart.adapters.persistence.catalog.list_order import ListOrder
from novacart.adapters.persistence.catalog.mapper import (
    AVAILABLE,
    HAS_STOCK_LEVEL,
    IS_SOLD_OUT,
    LISTED_COLUMNS,
)
from novacart.adapters.persistence.catalog.ordered_products import OrderedProducts
from novacart.adapters.persistence.catalog.search_conditions import (
    KnownMatches,
    SearchExpression,
    search_matches,
    words_match,
)
from novacart.adapters.persistence.catalog.tables import (
    DEFAULT_VARIANT_ID,
    products,
    stock_levels,
)
from novacart.adapters.persistence.catalog.tagged_products import (
    is_tagged,
    tagged_in_order,
    tagged_products,
)
from novacart.adapters.persistence.catalog.unindexed_filters import SOLD_OUT, unindexed_filters
from novacart.adapters.persistence.keyset import is_one_of, seek
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort

Condition = ColumnElement[bool] | TextClause


class ProductListQuery:
    """The statements of one list.

    Pages have `limit` products after a position, and one more if there is a next page. Their rows
    have the `LISTED_COLUMNS` and the sort key.
    """

    def __init__(
        self,
        dialect: str,
        filters: ProductFilter,
        sort: ProductSort,
        *,
        search: SearchExpression | KnownMatches | None = None,
        branch: int = 0,
        by_ranges: bool = False,
    ) -> None:
        """`search` is that of the filters.

        `branch` is the number of parameters `category_0`, `category_1`, … with the categories of
        the branch, and `by_ranges` is for `page`, both as in `OrderedProducts`.
        """
        self._dialect = dialect
        self._filters = filters
        self._sort = sort
        self._by_ranges = by_ranges
        self._branch = [
            bindparam(f"category_{number}", 0, type_=BigInteger) for number in range(branch)
        ]
        self._terms = search.terms if isinstance(search, SearchExpression) else ""
        self._search: Subquery | None = None
        if search is not None:
            is_ranked = sort is ProductSort.RELEVANCE
            self._search = search_matches(dialect, search, is_ranked=is_ranked)
        self._order = ListOrder(sort, None if self._search is None else self._search.c.score)

    def page(self, limit: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """Select a page from an index in the order of the list, or of all products that match.

        On PostgreSQL, an index finds those that match the search, the tags, or the attributes.
        """
        if self._dialect == "postgresql":
            if self._search is not None:
                conditions = [*self._in_tags(), *self._have_values(products)]
                return self._shown(self._found(self._search, limit, after, conditions))
            if self._filters.tags:
                return self.page_by_tags(None, limit, after)
            if self._filters.attributes:
                found = self._with_values().subquery("found_values")
                return self._shown(self._found(found, limit, after))
        conditions = self._in_tags()
        if self._filters.attributes:
            conditions.append(products.c.id.in_(self._with_values()))
        in_order = self._ordered(by_ranges=self._by_ranges, conditions=conditions)
        if self._search is None and in_order.is_merged:
            return self._shown(in_order.next(_rows(limit + 1), after))
        # Not converted, since only the key of the last row is used.
        key = type_coerce(self._order.key, NullType()).label("sort_key")
        page = select(*LISTED_COLUMNS, key)
        page = page.join_from(products, stock_levels, HAS_STOCK_LEVEL)
        if self._search is not None:
            page = page.join(self._search, self._search.c.product_id == products.c.id)
        return in_order.select(page, _rows(limit + 1), after)

    def page_by_examining(
        self, count: int, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select the same page, of matches among the next `count` products of the list.

        Not by score; on SQLite without a search.
        """
        examined = self._examined(count, after)
        conditions = [*self._match_search(examined), *self._have_values(examined)]
        if self._unindexed:
            conditions.append(self._passes_unindexed(examined))
        return self._shown(
            select(examined.c.id, examined.c.sort_key)
            .where(*conditions)
            .order_by(*self._order.by(examined.c.sort_key, examined.c.id))
            .limit(_rows(limit + 1))
        )

    def has_more(self, count: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """Select a row if `count` products follow a position, whether they match or not."""
        return select(self._examined(count, after).c.id).offset(_count(count) - 1)

    def page_by_tags(
        self, count: int | None, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select the same page, of matches among the next `count` entries of the tags, or all.

        For PostgreSQL, and not by score.
        """
        tagged = self._tagged(count, after)
        if count is not None and len(self._filters.tags) > 1:
            tagged = select(tagged).distinct().subquery("tagged_once")
        conditions = [*self._match_words(products), *self._have_values(products)]
        return self._shown(self._found(tagged, limit, None, conditions))

    def has_more_tagged(self, count: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """Select a row if `count` entries of the tags follow a position."""
        return select(self._tagged(count, after).c.product_id).offset(_count(count) - 1)

    def page_of_few(
        self, few: str, count: int, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select the same page, of matches among at most `count` products that one filter selects.

        For PostgreSQL, and not by score. `few` is one of the `few_filters`.
        """
        conditions = [*self._match_search(products), *self._have_values(products)]
        return self._shown(self._found(self._few(few, count), limit, after, conditions))

    def has_count(self, few: str, count: int) -> Select[*tuple[Any, ...]]:
        """Select a row if one of the `few_filters` selects `count` products."""
        return select(self._few(few, count)).offset(_count(count) - 1)

    def _shown(self, page: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Select the columns of products whose ids and sort keys are selected."""
        matching = page.subquery("matching")
        return (
            select(*LISTED_COLUMNS, matching.c.sort_key)
            .join_from(matching, products, products.c.id == matching.c.id)
            .join(stock_levels, HAS_STOCK_LEVEL)
            .order_by(*self._order.by(matching.c.sort_key, matching.c.id))
        )

    def _found(
        self,
        found: Subquery,
        limit: int,
        after: ListPosition | None,
        conditions: Sequence[Condition] = (),
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of a page, by reading each product that an index finds.

        `found` has `product_id`, or `variant_id` of default variants. `conditions` are compared
        with each product, besides the filters by columns and stock.

        A lateral subquery, because the planner would read products in the order of the list if it
        expected many to match, and read all of them if none does.
        """
        listed = select(products.c.id, products.c.created_at, products.c.price_minor)
        by_variant = "variant_id" in found.c
        if by_variant:
            is_found = found.c.variant_id == DEFAULT_VARIANT_ID
        else:
            is_found = found.c.product_id == products.c.id
        in_category = is_in_category(self._dialect, self._filters, self._branch)
        passes = facet_conditions(self._filters, by_product=True).values()
        listed = listed.where(is_found, in_category, *passes, *conditions)
        if stock_filters(self._filters):
            listed = listed.join(stock_levels, HAS_STOCK_LEVEL)
        each = listed.correlate(found).offset(0).lateral("listed")
        key = self._order.key if self._order.is_by_score else each.c[self._order.key.name]
        if "sort_key" in found.c:
            key = found.c.sort_key
        # PostgreSQL may know that ids of products are found in the order of the list.
        id_ = each.c.id if by_variant else found.c.product_id
        page = seek(
            select(id_.label("id"), key.label("sort_key")).select_from(found.join(each, true())),
            (key, id_),
            descending=self._order.is_descending,
            limit=limit,
            after=self._order.position(after),
        )
        return page.limit(_rows(limit + 1))

    def _ordered(
        self,
        *,
        by_ranges: bool,
        without: Collection[str] = (),
        conditions: Sequence[ColumnElement[bool]] = (),
    ) -> OrderedProducts:
        return OrderedProducts(
            self._dialect,
            self._filters,
            self._order,
            self._branch,
            by_ranges=by_ranges,
            without=without,
            conditions=conditions,
        )

    @property
    def _unindexed(self) -> set[str]:
        """The filters that are compared with each examined product.

        SQLite applies all filters while it reads the products.
        """
        if self._dialect == "sqlite":
            return set()
        return unindexed_filters(self._filters, self._sort, len(self._branch))

    def _examined(self, count: int, after: ListPosition | None) -> Subquery:
        """Select id and sort key of the next `count` products, without `_unindexed` filters."""
        is_sqlite = self._dialect == "sqlite"
        in_order = self._ordered(
            by_ranges=not is_sqlite,
            without=self._unindexed,
            conditions=self._in_tags() if is_sqlite else (),
        )
        return in_order.next(_count(count), after).subquery("examined")

    def _passes_unindexed(self, of_products: FromClause) -> ColumnElement[bool]:
        """Whether each product passes the `_unindexed` filters."""
        conditions = {**facet_conditions(self._filters, by_product=True), "listed": IS_LISTED}
        passing = select(products.c.id).where(
            products.c.id == of_products.c.id,
            *(conditions[each] for each in sorted(self._unindexed)),
        )
        if stock_filters(self._filters):
            passing = passing.join(stock_levels, HAS_STOCK_LEVEL)
        return passing.correlate(of_products).offset(0).exists()

    def _few(self, few: str, count: int) -> Subquery:
        """Select `count` products or default variants that a filter selects.

        An index has it, some with other filters, whose products are then fewer.
        """
        if few == SOLD_OUT:
            sold_out = select(stock_levels.c.variant_id).where(IS_SOLD_OUT)
            # Sorted, so that PostgreSQL reads only so many entries of the index, not all variants.
            return sold_out.order_by(AVAILABLE).limit(_count(count)).subquery("few")
        filters, branch = self._filters, self._branch
        if few == "on_sale":
            filters = replace(filters, brands=())
        elif few == "brands":
            filters, branch = replace(filters, category=None), []
        selecting = OrderedProducts(
            self._dialect,
            filters,
            ListOrder(ProductSort.PRICE),
            branch,
            by_ranges=True,
            without=unindexed_filters(filters, ProductSort.PRICE, len(branch)),
        )
        selected = selecting.next(_count(count), None).subquery("examined")
        return select(selected.c.id.label("product_id")).subquery("few")

    def _tagged(self, count: int | None, after: ListPosition | None) -> Subquery:
        each = None if count is None else _count(count)
        return tagged_in_order(self._filters, self._order, each, after)

    def _match_search(self, of_products: FromClause) -> list[Condition]:
        """Whether each product has one of the tags and the words, on PostgreSQL."""
        words = self._match_words(of_products)
        if self._filters.tags and self._dialect == "postgresql":
            return [is_tagged(of_products, self._filters), *words]
        return words

    def _match_words(self, of_products: FromClause) -> list[Condition]:
        return [words_match(str(of_products.c.id), self._terms)] if self._terms else []

    def _in_tags(self) -> list[ColumnElement[bool]]:
        """Whether a product is one of all those with one of the tags."""
        if not self._filters.tags:
            return []
        return [products.c.id.in_(tagged_products(self._filters))]

    def _have_values(self, of_products: FromClause) -> list[ColumnElement[bool]]:
        return have_values(of_products, self._filters.attributes)

    def _with_values(self) -> Any:  # noqa: ANN401 (a SELECT or an intersection of some)
        in_branch = (lambda column: is_one_of(column, self._branch)) if self._branch else None
        return products_with_values(self._filters.attributes, in_branch)


def _rows(count: int) -> ColumnElement[int]:
    # PostgreSQL would plan a limit that is a parameter as a tenth of the table.
    return literal_column(str(count), Integer)


def _count(count: int) -> ColumnElement[int]:
    return bindparam("count", count, type_=Integer)
