"""Lists of products: filters, sort orders and pages in SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from operator import ge, le
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
    bindparam,
    case,
    column,
    false,
    func,
    intersect,
    literal,
    literal_column,
    select,
    text,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import NullType

from novacart.adapters.persistence.catalog.category_branches import HIDDEN, leaf
from novacart.adapters.persistence.catalog.mapper import (
    HAS_STOCK_LEVEL,
    IS_AVAILABLE,
    IS_IN_STOCK,
    IS_SOLD_OUT,
    IS_UNAVAILABLE,
    LISTED_COLUMNS,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import (
    product_attributes,
    product_tags,
    products,
    stock_levels,
)
from novacart.adapters.persistence.keyset import follows, seek
from novacart.adapters.persistence.statements import DriverStatement, Parameters, StatementCache
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.application.search_terms import facet_key, search_terms
from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.shared.ids import CategoryId

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# A score is an integer, so that a cursor can carry it and compare it exactly. Words of the
# title weigh most, then brand and author, then subtitle and description.
_SEARCH: Final = {
    "sqlite": "SELECT rowid AS product_id, {score} AS score FROM product_search"
    " WHERE product_search MATCH :terms",
    # IS TRUE, so that only the first condition is looked up in the index.
    "postgresql": "SELECT product_id, {score} AS score FROM product_search"
    " WHERE words @@ CAST(:indexed AS tsquery) AND (words @@ CAST(:terms AS tsquery)) IS TRUE",
}
_SCORE: Final = {
    "sqlite": "CAST(-1000000 * bm25(product_search, 10.0, 4.0, 1.0) AS INTEGER)",
    "postgresql": "CAST(1000000 * ts_rank('{0.1, 0.1, 0.4, 1.0}', words, "
    "CAST(:terms AS tsquery), 1) AS bigint)",
}


IS_ACTIVE: Final = products.c.archived_at.is_(None)
# Products of an inactive category can still be opened and ordered, but they are not listed.
IS_LISTED: Final = and_(
    IS_ACTIVE,
    # Without OR, so that SQLite keeps to the index of the list's order.
    func.coalesce(products.c.category_id, 0).not_in(HIDDEN),
)


@dataclass(frozen=True, slots=True)
class SearchExpression:
    """What products have to match.

    `indexed` is a condition that is part of `terms`, for PostgreSQL to look up in the index; by
    default all of them.
    """

    terms: str
    indexed: str = ""


# Categories whose lists are merged. With more, PostgreSQL chooses between sorting all products and
# reading those of other categories, too.
_MAX_MERGED: Final = 256
_MANY: Final = 16


InBranch = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""Whether a column has one of the categories of a list."""


class AttributeLookup(Enum):
    """How a statement reads the values of attributes that the filters name.

    Of all products that have them, of each product that the other filters leave, or of those in a
    subquery, outside of which the values are read.
    """

    TOGETHER = auto()
    BY_PRODUCT = auto()
    OUTSIDE = auto()


class ProductListQuery:
    """The statements of one list of products.

    In a category with others below it, the lists of all these categories are merged, each read from
    its index in order. Reading all their products and sorting them would take longer the more there
    are.

    On PostgreSQL, `page` reads every product that a search, one of the tags, or else the conditions
    on attributes find by an index, and `page_by_examining` looks for them among the next products
    of the list.
    """

    def __init__(
        self,
        dialect: str,
        filters: ProductFilter,
        sort: ProductSort,
        *,
        search: SearchExpression | None = None,
        branch: int = 0,
        attributes: AttributeLookup = AttributeLookup.TOGETHER,
    ) -> None:
        """`search` is by default that of the filters.

        `branch` is the number of parameters `category_0`, `category_1`, … with the categories of
        the branch. Without them, a page of a category with others below it is empty.
        """
        terms = search_terms(filters.search)
        is_ranked = bool(terms) and sort is ProductSort.RELEVANCE
        if search is None and terms:
            search = SearchExpression(match_expression(dialect, terms))
        self._dialect = dialect
        self._branch = [
            bindparam(f"category_{number}", 0, type_=BigInteger) for number in range(branch)
        ]
        self._attributes = attributes
        self._filters = filters
        self._has_stock_filter = filters.in_stock is not None or filters.available is not None
        self._has_unmatchable_search = bool(filters.search.strip()) and not terms
        self._terms = search.terms if search else ""
        self._search = search_matches(dialect, search, is_ranked=is_ranked) if search else None
        self._tags = [
            bindparam(name, key, type_=Text) for name, key in _tag_parameters(filters).items()
        ]
        self._starts_at_tags = bool(self._tags) and search is None and dialect == "postgresql"
        # The ids of products that an index finds, as `product_id`.
        self._found: Subquery | None = None
        if dialect == "postgresql":
            self._found = self._search
            if self._starts_at_tags:
                self._found = self.tagged().distinct().subquery("tagged")
            elif search is None and filters.attributes and attributes is AttributeLookup.OUTSIDE:
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
        if self._found is not None:
            return self._shown(self._found_by_index(self._found, limit, after))
        if self._search is None and self._is_merged:
            return self._shown(self._merged(_rows(limit + 1), after))
        # Not converted, since only the key of the last row is used.
        key = type_coerce(self._key, NullType()).label("sort_key")
        page = select(*LISTED_COLUMNS, key)
        page = page.join_from(products, stock_levels, HAS_STOCK_LEVEL)
        return self._sought(self._searched(self._filtered(page)), limit, after)

    def page_by_examining(
        self, count: int, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select the same page, of matches among the next `count` products of the list.

        For PostgreSQL, with a search or tags and not by score, or with `AttributeLookup.OUTSIDE`.
        """
        examined = self._examined(count, after)
        conditions: list[ColumnElement[bool] | TextClause] = []
        if self._attributes is AttributeLookup.OUTSIDE:
            conditions += self._have_values(examined)
        # A subquery for each product, which can't be planned otherwise.
        if self._starts_at_tags:
            conditions.append(self.tagged(examined.c.id).offset(0).exists())
        elif self._terms:
            conditions.append(words_match("examined.id", self._terms))
        return self._shown(
            select(examined.c.id, examined.c.sort_key)
            .where(*conditions)
            .order_by(*self._order(examined.c.sort_key, examined.c.id))
            .limit(_rows(limit + 1))
        )

    def _found_by_index(
        self, found: Subquery, limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of a page, by reading each product that an index finds.

        A lateral subquery, because the planner would read products in the order of the list if it
        expected many to match, and read all of them if none does.
        """
        listed = select(products.c.id, products.c.created_at, products.c.price_minor)
        listed = self._filtered(listed.where(products.c.id == found.c.product_id))
        if self._has_stock_filter:
            listed = listed.join(stock_levels, HAS_STOCK_LEVEL)
        each = listed.correlate(found).offset(0).lateral("listed")
        is_ranked = self._search is not None and self._key is self._search.c.score
        key = self._key if is_ranked else each.c[self._key.name]
        page = seek(
            select(each.c.id, key.label("sort_key")).select_from(found.join(each, true())),
            (key, each.c.id),
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
        if self._is_merged:
            return self._merged(_count(count), after).subquery("examined")
        products_of_list = select(products.c.id, self._key.label("sort_key"))
        if self._has_stock_filter:
            products_of_list = products_of_list.join(stock_levels, HAS_STOCK_LEVEL)
        examined = self._sought(self._filtered(products_of_list), 0, after)
        return examined.limit(_count(count)).subquery("examined")

    @property
    def _is_merged(self) -> bool:
        return 0 < len(self._branch) <= _MAX_MERGED

    def _merged(
        self, count: ColumnElement[int], after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        """Select id and sort key of `count` products after a position.

        Each category is limited, too: otherwise PostgreSQL reads all its products and sorts them.
        """
        of_category = select(products.c.id, self._key.label("sort_key")).where(IS_ACTIVE)
        if self._has_stock_filter:
            of_category = of_category.join(stock_levels, HAS_STOCK_LEVEL)
        of_category = self._restricted(of_category)
        position = self._place(after)
        if position is not None:
            is_after = follows((self._key, products.c.id), position, descending=self._descending)
            of_category = of_category.where(is_after)
        of_category = of_category.order_by(*self._order(self._key, products.c.id)).limit(count)
        # SQLite accepts a limit only in a subquery of a union.
        each = [
            select(of_category.where(products.c.category_id == category).subquery())
            for category in self._branch
        ]
        merged = union_all(*each).subquery("merged")
        return (
            select(merged.c.id, merged.c.sort_key)
            .order_by(*self._order(merged.c.sort_key, merged.c.id))
            .limit(count)
        )

    def _sought(
        self, statement: Select[*tuple[Any, ...]], limit: int, after: ListPosition | None
    ) -> Select[*tuple[Any, ...]]:
        page = seek(
            statement,
            (self._key, products.c.id),
            descending=self._descending,
            limit=limit,
            after=self._place(after),
        )
        return page.limit(_rows(limit + 1))

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
            return self._filtered(statement)
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

    def more_tagged(self, count: int) -> Select[*tuple[Any, ...]]:
        """Select a row if more than `count` products have one of the tags.

        A product counts once for each of the tags that it has.
        """
        return self.tagged().offset(_count(count)).limit(1)

    def tagged(self, product_id: ColumnElement[int] | None = None) -> Select[int]:
        """Select the ids of products that have one of the tags; of one product if given."""
        tagged = select(product_tags.c.product_id).where(
            _is_one_of(product_tags.c.tag_key, self._tags)
        )
        if product_id is None:
            return tagged
        return tagged.where(product_tags.c.product_id == product_id)

    def _from_position(self, key: int) -> datetime | int:
        return to_time(key) if self._key is products.c.created_at else key

    def _searched(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if self._search is None:
            return statement
        return statement.join(self._search, self._search.c.product_id == products.c.id)

    def _filtered(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        return self._restricted(statement.where(self._is_in_category()))

    def _is_in_category(self) -> ColumnElement[bool]:
        """Whether a product is listed, and in the category of the list."""
        slug = self._filters.category
        if slug is None:
            return IS_LISTED
        if self._branch:
            return and_(IS_ACTIVE, _is_one_of(products.c.category_id, self._branch))
        category_id = leaf(bindparam("category", slug, type_=Text)).scalar_subquery()
        return and_(IS_ACTIVE, products.c.category_id == category_id)

    def _restricted(
        self, statement: Select[*tuple[Any, ...]], in_branch: InBranch | None = None
    ) -> Select[*tuple[Any, ...]]:
        """Apply the other filters."""
        if self._has_unmatchable_search:
            statement = statement.where(false())
        if self._tags and not self._starts_at_tags:
            statement = statement.where(products.c.id.in_(self.tagged()))
        statement = statement.where(*facet_conditions(self._filters).values())
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
                having = having.where(_is_one_of(stored.category_id, self._branch))
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


def facet_conditions(filters: ProductFilter) -> dict[str, ColumnElement[bool]]:
    """The conditions on columns of a product, each by the name of the facet that ignores it.

    Those of `in_stock` and `available` need a join with `stock_levels`.
    """
    conditions: dict[str, ColumnElement[bool]] = {}
    if filters.brands:
        keys = [
            bindparam(name, key, type_=Text) for name, key in _brand_parameters(filters).items()
        ]
        conditions["brands"] = _is_one_of(products.c.brand_key, keys)
    bounds = [
        is_within(products.c.price_minor, bindparam(name, bound.amount, type_=BigInteger))
        for name, bound, is_within in (
            ("min_price", filters.min_price, ge),
            ("max_price", filters.max_price, le),
        )
        if bound is not None
    ]
    if bounds:
        conditions["price"] = and_(*bounds)
    if filters.in_stock is not None:
        conditions["in_stock"] = IS_IN_STOCK if filters.in_stock else IS_SOLD_OUT
    if filters.available is not None:
        conditions["available"] = IS_AVAILABLE if filters.available else IS_UNAVAILABLE
    if filters.on_sale is not None:
        is_on_sale = products.c.is_on_sale
        conditions["on_sale"] = is_on_sale if filters.on_sale else ~is_on_sale
    return conditions


_STATEMENTS: Final = StatementCache()

Executable = tuple[DriverStatement, Parameters]


class ListStatements:
    """The statements of one list, each compiled once for all lists of the same shape."""

    def __init__(
        self,
        dialect: str,
        filters: ProductFilter,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None,
        *,
        search: SearchExpression | None = None,
        branch: Sequence[CategoryId] = (),
    ) -> None:
        """`search` is of the `filters`, which have one only if it can match.

        `branch` are the categories of the branch, as in `ProductListQuery`.
        """
        if search is None and sort is ProductSort.RELEVANCE:
            sort = ProductSort.NEWEST
        self._list: Final = (dialect, filters, sort)
        self._limit: Final = limit
        self._after: Final = after
        self._search: Final = search
        parameters: dict[str, object] = {}
        if branch:
            parameters |= _branch_parameters(branch)
        elif filters.category is not None:
            parameters["category"] = filters.category
        self._branch: Final = len(parameters) if branch else 0
        if after is not None:
            by_time = sort is ProductSort.NEWEST
            parameters["after_key"] = to_time(after.key) if by_time else after.key
            parameters["after_id"] = after.id
        # The best plan does not depend on these parameters, but on the following ones.
        plain = len(parameters)
        parameters |= filter_parameters(filters)
        if search is not None:
            parameters |= search_parameters(dialect, search)
        self._parameters: Final = parameters
        # Planning many categories takes longer than a plan for average values.
        is_average = self._branch >= _MANY
        self._is_prepared: Final = self._branch <= _MAX_MERGED and (
            len(parameters) == plain or is_average
        )
        # Words, tags and values of attributes are looked up for each product, so they do not change
        # the plan.
        has_bounds = filters.min_price is not None or filters.max_price is not None
        self._is_examining_prepared: Final = self._branch <= _MAX_MERGED and (
            not (filters.brands or has_bounds) or is_average
        )
        self._shape: Final = (
            dialect,
            sort,
            limit,
            filters.in_stock,
            filters.available,
            filters.on_sale,
            *parameters,
        )

    def page(self) -> Executable:
        """`ProductListQuery.page` and its parameters."""
        lookup = AttributeLookup.TOGETHER
        if self._list[0] == "postgresql" and self._list[1].attributes:
            starts_elsewhere = self._search is not None or bool(self._list[1].tags)
            lookup = AttributeLookup.BY_PRODUCT if starts_elsewhere else AttributeLookup.OUTSIDE
        statement = self._cached("page", lambda query: query.page(self._limit, self._after), lookup)
        return statement, self._parameters

    def page_by_examining(self, count: int) -> Executable:
        """`ProductListQuery.page_by_examining` and its parameters."""
        statement = self._cached(
            "examine",
            lambda query: query.page_by_examining(count, self._limit, self._after),
            is_prepared=self._is_examining_prepared,
        )
        return statement, self._parameters | {"count": count}

    def more_tagged(self, count: int) -> Executable:
        """`ProductListQuery.more_tagged` and its parameters."""
        statement = self._cached("more tagged", lambda query: query.more_tagged(count))
        return statement, self._parameters | {"count": count}

    def has_more(self, count: int) -> Executable:
        """`ProductListQuery.has_more` and its parameters."""
        statement = self._cached(
            "has more",
            lambda query: query.has_more(count, self._after),
            is_prepared=self._is_examining_prepared,
        )
        return statement, self._parameters | {"count": count}

    def _cached(
        self,
        name: str,
        build: Callable[[ProductListQuery], Select[*tuple[Any, ...]]],
        attributes: AttributeLookup = AttributeLookup.OUTSIDE,
        *,
        is_prepared: bool | None = None,
    ) -> DriverStatement:
        if is_prepared is None:
            is_prepared = self._is_prepared

        def built() -> DriverStatement:
            query = ProductListQuery(
                *self._list, search=self._search, branch=self._branch, attributes=attributes
            )
            return DriverStatement(
                build(query),
                # Planning takes a tenth of a millisecond for each category, and two for a position.
                generic_plan=is_prepared and (self._branch > 1 or self._after is not None),
                is_prepared=is_prepared,
            )

        return _STATEMENTS.get((name, *self._shape), built)


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


def _branch_parameters(branch: Sequence[CategoryId]) -> dict[str, object]:
    """The parameters of a branch: as many as a power of two, so that few statements are cached."""
    count = 1 << (len(branch) - 1).bit_length()
    padded = [*branch, *([0] * (count - len(branch)))]
    return {f"category_{number}": category_id for number, category_id in enumerate(padded)}


def _brand_parameters(filters: ProductFilter) -> dict[str, object]:
    keys = dict.fromkeys(facet_key(brand) for brand in filters.brands)
    return {f"brand_{number}": key for number, key in enumerate(keys)}


def _tag_parameters(filters: ProductFilter) -> dict[str, object]:
    keys = dict.fromkeys(facet_key(tag) for tag in filters.tags)
    return {f"tag_{number}": key for number, key in enumerate(keys)}


def filter_parameters(filters: ProductFilter) -> dict[str, object]:
    """The parameters of conditions on products, without category and search."""
    parameters: dict[str, object] = {**_brand_parameters(filters), **_tag_parameters(filters)}
    if filters.min_price is not None:
        parameters["min_price"] = filters.min_price.amount
    if filters.max_price is not None:
        parameters["max_price"] = filters.max_price.amount
    for number, condition in enumerate(filters.attributes):
        parameters |= _attribute_parameters(number, condition)
    return parameters


def _in_branch(branch: Sequence[CategoryId]) -> InBranch:
    ids = [literal(each, BigInteger) for each in branch]
    return lambda column: column.in_(ids) if ids else false()


def _attribute_parameters(number: int, condition: AttributeCondition) -> dict[str, object]:
    prefix = f"attribute_{number}"
    parameters: dict[str, object] = {prefix: condition.attribute_id}
    for place, value in enumerate(condition.values):
        kind = "text" if isinstance(value, str) else "number"
        parameters[f"{prefix}_{kind}_{place}"] = value
    if condition.minimum is not None:
        parameters[f"{prefix}_min"] = condition.minimum
    if condition.maximum is not None:
        parameters[f"{prefix}_max"] = condition.maximum
    return parameters


def value_matches(
    number: int, condition: AttributeCondition, values: FromClause = product_attributes
) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """The attribute of a condition, and whether a value matches it."""
    binds = {
        name: bindparam(name, value, type_=Text if isinstance(value, str) else BigInteger)
        for name, value in _attribute_parameters(number, condition).items()
    }
    prefix = f"attribute_{number}"
    stored = values.c
    attribute_id: ColumnElement[Any] = binds.pop(prefix)
    texts = [bind for name, bind in binds.items() if "_text_" in name]
    if texts:
        return attribute_id, _is_one_of(stored.text, texts)
    # So that an index of text and number finds the number.
    conditions: list[ColumnElement[bool]] = [stored.text == literal_column("''")]
    numbers = [bind for name, bind in binds.items() if "_number_" in name]
    if numbers:
        conditions.append(_is_one_of(stored.number, numbers))
    elif not condition.has_bounds:
        conditions.append(false())
    if condition.minimum is not None:
        conditions.append(stored.number >= binds[f"{prefix}_min"])
    if condition.maximum is not None:
        conditions.append(stored.number <= binds[f"{prefix}_max"])
    return attribute_id, and_(*conditions)


def _is_one_of(
    column: ColumnElement[Any], values: Sequence[ColumnElement[Any]]
) -> ColumnElement[bool]:
    # Equality with a single value lets an index return rows in the order of the list.
    return column == values[0] if len(values) == 1 else column.in_(values)


def _rows(count: int) -> ColumnElement[int]:
    # PostgreSQL would plan a limit that is a parameter as a tenth of the table.
    return literal_column(str(count), Integer)


def _count(count: int) -> ColumnElement[int]:
    return bindparam("count", count, type_=Integer)


def search_parameters(dialect: str, search: SearchExpression) -> dict[str, object]:
    """The parameters of conditions on words."""
    parameters: dict[str, object] = {"terms": search.terms}
    if dialect == "postgresql":
        parameters["indexed"] = search.indexed or search.terms
    return parameters


def words_match(product_id: str, terms: str) -> TextClause:
    """Whether the words of each product match on PostgreSQL, which then reads no other products."""
    match = text(
        # In a subquery, so that a plan for all parameters converts them once.
        "(SELECT words @@ (SELECT CAST(:terms AS tsquery)) FROM product_search"  # noqa: S608 (a column)
        f" WHERE product_search.product_id = {product_id})"
    )
    return match.bindparams(terms=terms)


def search_matches(dialect: str, search: SearchExpression, *, is_ranked: bool = False) -> Subquery:
    """The products that a search finds, as `product_id`, with their `score`."""
    parameters = search_parameters(dialect, search)
    score = _SCORE[dialect] if is_ranked else "0"
    return (
        text(_SEARCH[dialect].replace("{score}", score))
        .bindparams(**parameters)
        .columns(column("product_id", BigInteger), column("score", BigInteger))
        .subquery("search")
    )
