"""Lists of products: filters, sort orders and pages in SQL."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import product
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    TextClause,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    intersect,
    literal,
    literal_column,
    select,
    text,
    true,
    tuple_,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import NullType

from novacart.adapters.persistence.catalog.category_branches import leaf
from novacart.adapters.persistence.catalog.list_conditions import (
    IS_ACTIVE,
    IS_LISTED,
    KnownMatches,
    SearchExpression,
    brand_keys,
    facet_conditions,
    is_one_of,
    price_bounds,
    price_limits,
    search_matches,
    tag_parameters,
    value_matches,
    words_match,
)
from novacart.adapters.persistence.catalog.mapper import (
    HAS_STOCK_LEVEL,
    IS_SOLD_OUT,
    LISTED_COLUMNS,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import (
    DEFAULT_VARIANT_ID,
    product_attributes,
    product_tags,
    products,
    stock_levels,
)
from novacart.adapters.persistence.keyset import follows, seek
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.application.search_terms import search_terms
from novacart.domain.shared.ids import CategoryId

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# Categories whose lists are merged. With more, PostgreSQL chooses between sorting all products and
# reading those of other categories, too.
MAX_MERGED: Final = 256
# Pairs of a brand and a category. A plan of 64 parts has 2 MB in each connection.
MAX_PAIRS: Final = 64
_ZERO: Final = literal_column("0", BigInteger)
_HIGHEST: Final = literal_column(str(2**63 - 1), BigInteger)
# A position before all products of a list by time on PostgreSQL.
_BEFORE_NEWEST: Final[Sequence[ColumnElement[Any]]] = (
    literal_column("CAST('infinity' AS timestamptz)"),
    _ZERO,
)

SOLD_OUT: Final = "in_stock"
"""The one of the `few_filters` that selects default variants that are sold out."""

InBranch = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""Whether a column has one of the categories of a list."""


class AttributeLookup(Enum):
    """How a statement applies the conditions on attributes.

    `TOGETHER`: by one subquery that selects all products that match. `BY_PRODUCT`: by a subquery
    for each product that the other filters leave. `OUTSIDE`: by the query around the one that
    applies the other filters.
    """

    TOGETHER = auto()
    BY_PRODUCT = auto()
    OUTSIDE = auto()


class ProductListQuery:
    """The statements of one list of products.

    In a category with others below it, the lists of all these categories are merged, each read from
    its index in order. Reading all their products and sorting them would take longer the more there
    are.

    On PostgreSQL, `page` reads every product that a search, or else the conditions on attributes
    find by an index, and `page_by_examining` looks for them among the next products of the list.
    Products with a tag are read from an index in the order of the list.
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
        attributes: AttributeLookup = AttributeLookup.TOGETHER,
        is_examining: bool = False,
    ) -> None:
        """`search` is by default that of the filters.

        `branch` is the number of parameters `category_0`, `category_1`, … with the categories of
        the branch. Without them, a page of a category with others below it is empty. With
        `by_ranges`, PostgreSQL reads each category, and each brand in it, as `_range` says. With
        `is_examining`, it does so, too, and compares a filter that no index has in the order of the
        list with each examined product, so that no more products are read.
        """
        terms = search_terms(filters.search)
        is_ranked = bool(terms) and sort is ProductSort.RELEVANCE
        if search is None and terms:
            search = SearchExpression(match_expression(dialect, terms))
        self._dialect = dialect
        self._branch = [
            bindparam(f"category_{number}", 0, type_=BigInteger) for number in range(branch)
        ]
        # SQLite applies all filters while it reads the products.
        self._filters_last = is_examining and dialect == "postgresql"
        self._by_ranges = by_ranges or self._filters_last
        self._attributes = attributes
        self._filters = filters
        self._sort = sort
        self._has_stock_filter = filters.in_stock is not None or filters.available is not None
        self._has_unmatchable_search = bool(filters.search.strip()) and not terms
        self._terms = search.terms if isinstance(search, SearchExpression) else ""
        self._search = search_matches(dialect, search, is_ranked=is_ranked) if search else None
        self._tags = [
            bindparam(name, key, type_=Text) for name, key in tag_parameters(filters).items()
        ]
        self._starts_at_tags = (
            bool(self._tags) and dialect == "postgresql" and (search is None or is_examining)
        )
        # The ids of products that an index finds, as `product_id`.
        self._found: Subquery | None = None
        if dialect == "postgresql":
            self._found = self._search
            is_outside = attributes is AttributeLookup.OUTSIDE
            if search is None and not self._tags and filters.attributes and is_outside:
                self._found = self._having_values().subquery("found_values")
        self._descending = sort is not ProductSort.PRICE
        self._key: ColumnElement[Any] = products.c.created_at
        if sort in {ProductSort.PRICE, ProductSort.PRICE_DESCENDING}:
            self._key = products.c.price_minor
        elif is_ranked and self._search is not None:
            self._key = self._search.c.score

    def page(self, limit: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """Select `limit` products after a position, and one more if there is a next page.

        Rows have the `LISTED_COLUMNS` and the sort key.
        """
        if self._starts_at_tags:
            return self.page_by_tags(None, limit, after)
        if self._found is not None:
            return self._shown(self._found_by_index(self._found, limit, after))
        if self._search is None and self._is_merged:
            return self._shown(self._merged(_rows(limit + 1), after))
        # Not converted, since only the key of the last row is used.
        key = type_coerce(self._key, NullType()).label("sort_key")
        page = select(*LISTED_COLUMNS, key)
        page = page.join_from(products, stock_levels, HAS_STOCK_LEVEL)
        return self._sought(self._searched(page), limit, after)

    def page_by_examining(
        self, count: int, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select the same page, of matches among the next `count` products of the list.

        For PostgreSQL, with a search or tags and not by score, or with `AttributeLookup.OUTSIDE`.
        """
        examined = self._examined(count, after)
        conditions = self._matches_search(examined)
        if self._attributes is AttributeLookup.OUTSIDE:
            conditions += self._have_values(examined)
        if self._compared_last:
            conditions.append(self._passes_last(examined))
        return self._shown(
            select(examined.c.id, examined.c.sort_key)
            .where(*conditions)
            .order_by(*self._order(examined.c.sort_key, examined.c.id))
            .limit(_rows(limit + 1))
        )

    def _matches_search(self, of_products: FromClause) -> list[ColumnElement[bool] | TextClause]:
        """Whether each product has one of the tags and the words."""
        conditions: list[ColumnElement[bool] | TextClause] = []
        if self._starts_at_tags:
            conditions.append(self.is_tagged(of_products))
        if self._terms:
            conditions.append(words_match(str(of_products.c.id), self._terms))
        return conditions

    def page_by_tags(
        self, count: int | None, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select the same page, of matches among the next `count` entries of the tags.

        An entry is a product with one tag: a product with several of the tags has several.
        For PostgreSQL, without a search or with `starts_at_tags` and not by score.
        """
        tagged = self._tagged_in_order(None if count is None else _count(count), after)
        if count is not None and len(self._tags) > 1:
            tagged = select(tagged).distinct().subquery("tagged_once")
        words = [words_match("products.id", self._terms)] if self._terms else []
        return self._shown(self._found_by_index(tagged, limit, None, *words))

    def more_tagged(self, count: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """Select a row if `count` entries of the tags follow a position."""
        tagged = self._tagged_in_order(_count(count), after)
        return select(tagged.c.product_id).offset(_count(count) - 1)

    def _tagged_in_order(
        self, count: ColumnElement[int] | None, after: ListPosition | None
    ) -> Subquery:
        """Select id and sort key of the next `count` entries of the tags after a position.

        A product with several of the tags is selected several times. Each tag is limited, too, so
        that PostgreSQL reads its entries from their index, and only as many as it merges. Without
        `count`, each product with a tag is selected once.
        """
        key, product_id = product_tags.c[self._key.name], product_tags.c.product_id
        # It is null for archived products.
        conditions = [key.is_not(None)]
        if count is None or self._key is products.c.price_minor:
            # Sorted by time, finding `count` products within a price could read all of the tag.
            conditions += price_bounds(self._filters, product_tags.c.price_minor)
        position = self._place(after)
        if position is not None:
            conditions.append(follows((key, product_id), position, descending=self._descending))
        each_tag = []
        for tag in self._tags:
            tagged = select(product_id, key.label("sort_key"))
            tagged = tagged.where(product_tags.c.tag_key == tag, *conditions)
            if count is not None:
                tagged = tagged.order_by(*self._order(key, product_id)).limit(count)
            each_tag.append(tagged)
        if len(each_tag) == 1:
            return each_tag[0].subquery("tagged")
        if count is None:
            return union(*each_tag).subquery("tagged")
        of_each_tag = union_all(*(select(each.subquery()) for each in each_tag))
        merged = of_each_tag.subquery("of_each_tag").c
        order = self._order(merged.sort_key, merged.product_id)
        tagged = select(merged.product_id, merged.sort_key).order_by(*order).limit(count)
        return tagged.subquery("tagged")

    def _found_by_index(
        self,
        found: Subquery,
        limit: int,
        after: ListPosition | None,
        *conditions: ColumnElement[bool] | TextClause,
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of a page, by reading each product that an index finds.

        `found` has `product_id`, or `variant_id` of default variants. `conditions` are compared
        with each product, besides the filters.

        A lateral subquery, because the planner would read products in the order of the list if it
        expected many to match, and read all of them if none does.
        """
        listed = select(products.c.id, products.c.created_at, products.c.price_minor)
        by_variant = "variant_id" in found.c
        if by_variant:
            is_found = found.c.variant_id == DEFAULT_VARIANT_ID
        else:
            is_found = found.c.product_id == products.c.id
        listed = listed.where(is_found, self._is_in_category(), *conditions)
        listed = self._restricted(listed, by_product=True)
        if self._has_stock_filter:
            listed = listed.join(stock_levels, HAS_STOCK_LEVEL)
        each = listed.correlate(found).offset(0).lateral("listed")
        is_ranked = self._search is not None and self._key is self._search.c.score
        key = self._key if is_ranked else each.c[self._key.name]
        if "sort_key" in found.c:
            key = found.c.sort_key
        # PostgreSQL may know that ids of products are found in the order of the list.
        id_ = each.c.id if by_variant else found.c.product_id
        page = seek(
            select(id_.label("id"), key.label("sort_key")).select_from(found.join(each, true())),
            (key, id_),
            descending=self._descending,
            limit=limit,
            after=self._place(after),
        )
        return page.limit(_rows(limit + 1))

    def _shown(self, page: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Select the columns of products whose ids and sort keys are selected."""
        matching = page.subquery("matching")
        return (
            select(*LISTED_COLUMNS, matching.c.sort_key)
            .join_from(matching, products, products.c.id == matching.c.id)
            .join(stock_levels, HAS_STOCK_LEVEL)
            .order_by(*self._order(matching.c.sort_key, matching.c.id))
        )

    def has_more(self, count: int, after: ListPosition | None) -> Select[*tuple[Any, ...]]:
        """Select a row if `count` products follow a position, whether they match or not."""
        return select(self._examined(count, after).c.id).offset(_count(count) - 1)

    def _examined(self, count: int, after: ListPosition | None) -> Subquery:
        last = self._compared_last
        if self._is_merged or "listed" in last:
            return self._merged(_count(count), after, without=last).subquery("examined")
        products_of_list = select(products.c.id, self._key.label("sort_key"))
        if self._has_stock_filter and not self._filters_last:
            products_of_list = products_of_list.join(stock_levels, HAS_STOCK_LEVEL)
        examined = self._sought(products_of_list, 0, after, without=last)
        return examined.limit(_count(count)).subquery("examined")

    @property
    def _is_merged(self) -> bool:
        return 0 < len(self._branch) <= MAX_MERGED

    @property
    def _compared_last(self) -> Collection[str]:
        """The conditions that are compared with each examined product, not while they are read."""
        return (
            compared_last(self._filters, self._sort, len(self._branch))
            if self._filters_last
            else ()
        )

    def _passes_last(self, of_products: FromClause) -> ColumnElement[bool]:
        """Whether each product passes the conditions that are compared last."""
        conditions = {**facet_conditions(self._filters, by_product=True), "listed": IS_LISTED}
        last = sorted(self._compared_last)
        passing = select(products.c.id).where(
            products.c.id == of_products.c.id, *(conditions[each] for each in last)
        )
        if {"in_stock", "available"}.intersection(last):
            passing = passing.join(stock_levels, HAS_STOCK_LEVEL)
        return passing.correlate(of_products).offset(0).exists()

    def page_of_few(
        self, few: str, count: int, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select the same page, of matches among at most `count` products that one filter selects.

        For PostgreSQL, and not by score. `few` is one of the `few_filters`.
        """
        found, conditions = self._few(few, count), self._matches_search(products)
        return self._shown(self._found_by_index(found, limit, after, *conditions))

    def has_count(self, few: str, count: int) -> Select[*tuple[Any, ...]]:
        """Select a row if one of the `few_filters` selects `count` products."""
        return select(self._few(few, count)).offset(_count(count) - 1)

    def _few(self, few: str, count: int) -> Subquery:
        """Select `count` products or default variants that a filter selects.

        An index has it, some with other filters, whose products are then fewer.
        """
        if few == SOLD_OUT:
            sold_out = select(stock_levels.c.variant_id).where(IS_SOLD_OUT)
            return sold_out.limit(_count(count)).subquery("few")
        filters, branch = replace(self._filters, search=""), len(self._branch)
        if few == "on_sale":
            filters = replace(filters, brands=())
        elif few == "brands":
            filters, branch = replace(filters, category=None), 0
        selecting = ProductListQuery(
            self._dialect,
            filters,
            ProductSort.PRICE,
            branch=branch,
            attributes=AttributeLookup.OUTSIDE,
            is_examining=True,
        )
        examined = selecting._examined(count, None)
        return select(examined.c.id.label("product_id")).subquery("few")

    def _merged(
        self,
        count: ColumnElement[int],
        after: ListPosition | None,
        *,
        without: Collection[str] = (),
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of `count` products after a position, `without` some filters.

        Each part is limited, too: otherwise PostgreSQL reads all its products and sorts them.
        """
        if self._by_ranges:
            brands: Sequence[ColumnElement[str] | None] = [None]
            if self._filters.brands and "brands" not in without:
                brands = brand_keys(self._filters)
            categories: Sequence[ColumnElement[int] | None] = self._branch or [None]
            pairs = product(categories, brands)
            parts = [self._range(*each, count, after, without=without) for each in pairs]
        else:
            parts = [self._of_category(category, count, after) for category in self._branch]
        merged = union_all(*parts).subquery("merged")
        return (
            select(merged.c.id, merged.c.sort_key)
            .order_by(*self._order(merged.c.sort_key, merged.c.id))
            .limit(count)
        )

    def _of_category(
        self, category: ColumnElement[Any], count: ColumnElement[int], after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of `count` products of a category after a position."""
        order = (self._key, products.c.id)
        part = self._restricted(self._listed().where(products.c.category_id == category))
        position = self._place(after)
        if position is not None:
            part = part.where(follows(order, position, descending=self._descending))
        # SQLite accepts a limit only in a subquery of a union.
        return select(part.order_by(*self._order(*order)).limit(count).subquery())

    def _range(
        self,
        category: ColumnElement[Any] | None,
        brand: ColumnElement[Any] | None,
        count: ColumnElement[int],
        after: ListPosition | None,
        *,
        without: Collection[str],
    ) -> Select[*tuple[Any, ...]]:
        """Select the same of a category, or of a brand in it, with a plan for any values.

        Category, brand and price are compared by ranges of rows, not by equations. So only the
        index that begins with these columns has the order, and PostgreSQL, which expects a ninth of
        all products in any range, does not read all of them and sort. With equations it could also
        read the newest products of the whole shop, since they follow each other in the table.
        """
        values_of_part = {products.c.category_id: category, products.c.brand_key: brand}
        parts = {column: value for column, value in values_of_part.items() if value is not None}
        order = [*parts, self._key, products.c.id]
        start: Sequence[ColumnElement[Any]] = _BEFORE_NEWEST
        end = dict(parts)
        without = {"brands", *without}
        if self._key is products.c.price_minor:
            without.add("price")
            first, last = price_limits(self._filters)
            before_all = _ZERO
            if self._descending:
                first, last, before_all = last, first, _HIGHEST
            start = (before_all if first is None else first, before_all)
            if last is not None:
                end[products.c.price_minor] = last
        start = [*parts.values(), *(self._place(after) or start)]
        conditions = [follows(order, start, descending=self._descending)]
        if end:
            columns, values = tuple_(*end), tuple_(*end.values())
            conditions.append(columns >= values if self._descending else columns <= values)
        found = (
            self._restricted(self._listed(), without=without)
            .add_columns(*parts)
            .where(*conditions)
            .order_by(*self._order(*order))
            .limit(count)
            .subquery("part")
        )
        # Since each part has one value here, its order is that of the list. PostgreSQL knows it
        # only of columns that are returned.
        equal = [found.c[column.name] for column in parts]
        return (
            select(found.c.id, found.c.sort_key, *equal)
            .where(*(column == value for column, value in zip(equal, parts.values(), strict=True)))
            .order_by(*self._order(found.c.sort_key, found.c.id), *equal)
        )

    def _listed(self) -> Select[*tuple[Any, ...]]:
        listed = select(products.c.id, self._key.label("sort_key")).where(IS_ACTIVE)
        if self._has_stock_filter and not self._filters_last:
            listed = listed.join(stock_levels, HAS_STOCK_LEVEL)
        return listed

    def _sought(
        self,
        statement: Select[*tuple[Any, ...]],
        limit: int,
        after: ListPosition | None,
        *,
        without: Collection[str] = (),
    ) -> Select[*tuple[Any, ...]]:
        """Apply the filters, `without` some, and select the page after a position."""
        order = [self._key, products.c.id]
        page = self._restricted(statement.where(self._is_in_category()), without=without)
        position = self._place(after)
        if position is not None:
            page = page.where(follows(order, position, descending=self._descending))
        if self._is_leaf and self._dialect == "postgresql":
            # Not the order of an index of the whole shop, see `_is_in_category`.
            order = [products.c.category_id, *order]
        return page.order_by(*self._order(*order)).limit(_rows(limit + 1))

    def _place(self, after: ListPosition | None) -> Sequence[ColumnElement[Any]] | None:
        if after is None:
            return None
        key = bindparam("after_key", self._from_position(after.key), type_=self._key.type)
        return key, bindparam("after_id", after.id, type_=BigInteger)

    def _order(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        return [column.desc() for column in columns] if self._descending else list(columns)

    def count(self, branch: Sequence[CategoryId] = ()) -> Select[*tuple[Any, ...]]:
        """Select the number of products; `branch` are the categories if the filters have one."""
        return self.all([func.count()], _in_branch(branch))

    def all(
        self, columns: Sequence[ColumnElement[Any]], in_branch: InBranch
    ) -> Select[*tuple[Any, ...]]:
        """Select columns of all products, in no order. `in_branch` is used as in `count`."""
        statement: Select[*tuple[Any, ...]] = select(*columns).select_from(products)
        if self._has_stock_filter:
            statement = statement.join(stock_levels, HAS_STOCK_LEVEL)
        return self._searched(self._counted(statement, in_branch))

    def _counted(
        self, statement: Select[*tuple[Any, ...]], in_branch: InBranch
    ) -> Select[*tuple[Any, ...]]:
        if self._starts_at_tags:
            statement = statement.where(products.c.id.in_(self.tagged()))
        if self._filters.category is None:
            return self._restricted(statement.where(IS_LISTED))
        is_listed = and_(IS_ACTIVE, in_branch(products.c.category_id))
        return self._restricted(statement.where(is_listed), in_branch)

    def count_among(
        self, sample: Subquery, branch: Sequence[CategoryId]
    ) -> Select[*tuple[Any, ...]]:
        """Select the number of rows of a sample of the search index, and of those in the list.

        A lateral subquery, because the planner would read all products instead.
        """
        conditions: Any = self._counted(select(products.c.id), _in_branch(branch)).whereclause
        listed = select(products.c.id).where(
            products.c.id == sample.c.product_id,
            # IS TRUE, so that each product is found by its id, not by its category or price.
            conditions.is_(true()),
        )
        if self._has_stock_filter:
            listed = listed.join(stock_levels, HAS_STOCK_LEVEL)
        if self._terms:
            matches = text("sample.words @@ CAST(:terms AS tsquery)")
            listed = listed.where(matches.bindparams(terms=self._terms))
        each = listed.correlate(sample).offset(0).lateral("listed")
        return select(func.count(), func.count(each.c.id)).select_from(
            sample.outerjoin(each, true())
        )

    def tagged(self) -> Select[int]:
        """Select the ids of products that have one of the tags."""
        has_tag = is_one_of(product_tags.c.tag_key, self._tags)
        return select(product_tags.c.product_id).where(has_tag)

    def is_tagged(self, of_products: FromClause) -> ColumnElement[bool]:
        """Whether each product has one of the tags, on PostgreSQL.

        Its tags are read first. Otherwise PostgreSQL could look up each tag for each product.
        """
        tags = (
            select(product_tags.c.tag_key)
            .where(product_tags.c.product_id == of_products.c.id)
            .correlate(of_products)
            .offset(0)
            .subquery("tags")
        )
        return select(tags).where(is_one_of(tags.c.tag_key, self._tags)).exists()

    def _from_position(self, key: int) -> datetime | int:
        return to_time(key) if self._key is products.c.created_at else key

    def _searched(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if self._search is None:
            return statement
        return statement.join(self._search, self._search.c.product_id == products.c.id)

    def _is_in_category(self) -> ColumnElement[bool]:
        """Whether a product is listed, and in the category of the list."""
        slug = self._filters.category
        if slug is None:
            return IS_LISTED
        if self._branch:
            return and_(IS_ACTIVE, is_one_of(products.c.category_id, self._branch))
        category_id = leaf(bindparam("category", slug, type_=Text)).scalar_subquery()
        if self._dialect == "postgresql":
            # An array has no single value for the planner, so only indexes that begin with the
            # category have the order of category, sort key and id. For an equation it could read
            # the newest products of the whole shop, which follow each other in the table, until
            # enough are in the category.
            return and_(IS_ACTIVE, products.c.category_id == any_(array([category_id])))
        return and_(IS_ACTIVE, products.c.category_id == category_id)

    @property
    def _is_leaf(self) -> bool:
        """Whether the list is of a category that has none below it."""
        return self._filters.category is not None and not self._branch

    def _restricted(
        self,
        statement: Select[*tuple[Any, ...]],
        in_branch: InBranch | None = None,
        *,
        without: Collection[str] = (),
        by_product: bool = False,
    ) -> Select[*tuple[Any, ...]]:
        """Apply the filters except the category, `without` some of `facet_conditions`."""
        if self._has_unmatchable_search:
            statement = statement.where(false())
        if self._tags and not self._starts_at_tags:
            statement = statement.where(products.c.id.in_(self.tagged()))
        conditions = facet_conditions(self._filters, by_product=by_product).items()
        statement = statement.where(*(each for name, each in conditions if name not in without))
        if not self._filters.attributes or self._attributes is AttributeLookup.OUTSIDE:
            return statement
        if self._attributes is AttributeLookup.BY_PRODUCT:
            return statement.where(*self._have_values(products))
        return statement.where(products.c.id.in_(self._having_values(in_branch)))

    def _having_values(self, in_branch: InBranch | None = None) -> Any:  # noqa: ANN401 (a SELECT or an intersection of some)
        """Select the ids of all products that match the conditions on attributes."""
        selects = []
        for number, condition in enumerate(self._filters.attributes):
            attribute_id, matches = value_matches(number, condition)
            stored = product_attributes.c
            having = select(stored.product_id).where(stored.attribute_id == attribute_id, matches)
            if in_branch is not None:
                having = having.where(in_branch(stored.category_id))
            elif self._branch:
                having = having.where(is_one_of(stored.category_id, self._branch))
            selects.append(having)
        return selects[0] if len(selects) == 1 else intersect(*selects)

    def _have_values(self, of_products: FromClause) -> list[ColumnElement[bool]]:
        """Whether each product has values that match the conditions on attributes."""
        conditions = []
        for number, condition in enumerate(self._filters.attributes):
            attribute_id, matches = value_matches(number, condition)
            stored = product_attributes.c
            # A value, not EXISTS, so that PostgreSQL looks it up for each product.
            value = select(case((matches, 1), else_=0)).where(
                stored.product_id == of_products.c.id, stored.attribute_id == attribute_id
            )
            one = literal_column("1", Integer)
            conditions.append(value.correlate(of_products).scalar_subquery() == one)
        return conditions


def compared_last(filters: ProductFilter, sort: ProductSort, branch: int) -> Collection[str]:
    """The filters that no index has in the order of a list, as `filters_last` compares them.

    They are those of `facet_conditions`, and `listed`, whether the category is shown. `branch` is
    the number of categories.
    """
    has_prices = filters.min_price is not None or filters.max_price is not None
    has_range = bool(filters.brands)
    last = set()
    if sort in {ProductSort.PRICE, ProductSort.PRICE_DESCENDING}:
        has_range = has_range or has_prices
    elif has_prices:
        last.add("price")
    if has_range and not branch:
        # In a range, PostgreSQL would read all of an index that has the category.
        last.add("listed")
    if filters.in_stock is not None:
        last.add("in_stock")
    if filters.available is not None:
        last.add("available")
    has_pairs = bool(filters.brands) and branch * len(brand_keys(filters)) <= MAX_PAIRS
    if filters.brands and not has_pairs:
        last.add("brands")
    if filters.on_sale is not None and (has_pairs or not filters.on_sale):
        last.add("on_sale")
    return last


def few_filters(filters: ProductFilter, sort: ProductSort, branch: int) -> Sequence[str]:
    """The filters that an index has, but not in the order of a list as in `compared_last`."""
    last = compared_last(filters, sort, branch)
    few = [each for each in ("price", "brands") if each in last]
    if "on_sale" in last and filters.on_sale:
        few.append("on_sale")
    if False in (filters.in_stock, filters.available):
        few.append(SOLD_OUT)
    return few


def list_position(row: Sequence[Any]) -> ListPosition:
    """The position after a row of `ProductListQuery.page`."""
    key = row[-1]
    if isinstance(key, str):
        key = datetime.fromisoformat(key).replace(tzinfo=UTC)
    if isinstance(key, datetime):
        key = (key - _EPOCH) // _MICROSECOND
    return ListPosition(key=key, id=row[0])


def to_time(key: int) -> datetime:
    """The time of a position. One that is out of range becomes the nearest valid one."""
    try:
        return _EPOCH + key * _MICROSECOND
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if key > 0 else datetime.min.replace(tzinfo=UTC)


def _in_branch(branch: Sequence[CategoryId]) -> InBranch:
    ids = [literal(each, BigInteger) for each in branch]
    return lambda column: column.in_(ids) if ids else false()


def _rows(count: int) -> ColumnElement[int]:
    # PostgreSQL would plan a limit that is a parameter as a tenth of the table.
    return literal_column(str(count), Integer)


def _count(count: int) -> ColumnElement[int]:
    return bindparam("count", count, type_=Integer)
