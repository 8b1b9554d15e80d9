"""Statements of lists of products, compiled once for all lists of a shape."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Select

from novacart.adapters.persistence.catalog.list_conditions import (
    KnownMatches,
    SearchExpression,
    brand_keys,
    filter_parameters,
    search_parameters,
)
from novacart.adapters.persistence.catalog.product_list_query import (
    MAX_MERGED,
    MAX_PAIRS,
    AttributeLookup,
    ProductListQuery,
    few_filters,
    to_time,
)
from novacart.adapters.persistence.statements import DriverStatement, Parameters, StatementCache
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.domain.shared.ids import CategoryId

_MANY_CATEGORIES: Final = 16
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
        search: SearchExpression | KnownMatches | None = None,
        branch: Sequence[CategoryId] = (),
    ) -> None:
        """`search` is of the `filters`, which have one only if it can match.

        `branch` are the categories of the branch, as in `ProductListQuery`.
        """
        if search is None and sort is ProductSort.RELEVANCE:
            sort = ProductSort.NEWEST
        by_price = sort in {ProductSort.PRICE, ProductSort.PRICE_DESCENDING}
        if after is not None and by_price and _is_before_range(after.key, filters, sort):
            after = None
        self._list: Final = (dialect, filters, sort)
        self.has_tags: Final = bool(filters.tags) and dialect == "postgresql"
        self.limit: Final = limit
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
        has_bounds = filters.min_price is not None or filters.max_price is not None
        # Sorted by price, PostgreSQL would read all products that are not on sale from the index of
        # samples, and compare all products with those that are sold out.
        is_negative = False in (filters.on_sale, filters.in_stock, filters.available)
        self._has_ranges: Final = dialect == "postgresql" and not (by_price and is_negative)
        # Without an index in the order of the list, a plan for average values reads all products of
        # a wide range of prices or of a frequent brand.
        has_index = (by_price or not has_bounds) and not (filters.brands and filters.on_sale)
        brands = len(brand_keys(filters))
        is_short = brands == 1 or 0 < self._branch * brands <= MAX_PAIRS
        reads_brands = self._has_ranges and has_index and self._branch > 0 and is_short
        # Planning many categories takes longer than a plan for average values.
        is_average = has_index and not brands and self._branch >= _MANY_CATEGORIES
        has_others = bool(filters.tags or filters.attributes or search)
        self._is_prepared: Final = self._branch <= MAX_MERGED and (
            len(parameters) == plain or is_average or (reads_brands and not has_others)
        )
        self.is_planned_each_time: Final = (
            dialect == "postgresql" and 1 < self._branch <= MAX_MERGED and not self._is_prepared
        )
        """Whether the page of a list of several categories is planned in each request."""
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
        statement = self._cached("page", lambda query: query.page(self.limit, self._after), lookup)
        return statement, self._parameters

    def page_by_examining(self, count: int) -> Executable:
        """`ProductListQuery.page_by_examining` and its parameters."""
        statement = self._cached(
            "examine",
            lambda query: query.page_by_examining(count, self.limit, self._after),
            is_examining=True,
        )
        return statement, self._parameters | {"count": count}

    @property
    def few_filters(self) -> Sequence[str]:
        """`product_list_query.few_filters`. SQLite applies all filters at once."""
        if self._list[0] == "sqlite":
            return ()
        return few_filters(*self._list[1:], self._branch)

    def page_of_few(self, few: str, count: int) -> Executable:
        """`ProductListQuery.page_of_few` and its parameters."""
        statement = self._cached(
            f"few {few}",
            lambda query: query.page_of_few(few, count, self.limit, self._after),
            AttributeLookup.BY_PRODUCT,
            is_examining=True,
        )
        return statement, self._parameters | {"count": count}

    def has_count(self, few: str, count: int) -> Executable:
        """`ProductListQuery.has_count` and its parameters."""
        statement = self._cached(
            f"has count {few}", lambda query: query.has_count(few, count), is_examining=True
        )
        return statement, self._parameters | {"count": count}

    def page_by_tags(self, count: int) -> Executable:
        """`ProductListQuery.page_by_tags` and its parameters."""
        statement = self._cached(
            "tags",
            lambda query: query.page_by_tags(count, self.limit, self._after),
            AttributeLookup.BY_PRODUCT,
            is_examining=True,
        )
        return statement, self._parameters | {"count": count}

    def more_tagged(self, count: int) -> Executable:
        """`ProductListQuery.more_tagged` and its parameters."""
        statement = self._cached(
            "more tagged", lambda query: query.more_tagged(count, self._after), is_examining=True
        )
        return statement, self._parameters | {"count": count}

    def has_more(self, count: int) -> Executable:
        """`ProductListQuery.has_more` and its parameters."""
        statement = self._cached(
            "has more", lambda query: query.has_more(count, self._after), is_examining=True
        )
        return statement, self._parameters | {"count": count}

    def _cached(
        self,
        name: str,
        build: Callable[[ProductListQuery], Select[*tuple[Any, ...]]],
        attributes: AttributeLookup = AttributeLookup.OUTSIDE,
        *,
        is_examining: bool = False,
    ) -> DriverStatement:
        # How products are examined does not depend on the values of parameters.
        is_prepared = self._branch <= MAX_MERGED if is_examining else self._is_prepared
        # Planning takes a tenth of a millisecond for each category, and two for a position. Without
        # a generic plan, PostgreSQL would plan examining few products each time.
        is_generic = is_examining or self._branch > 1 or self._after is not None

        def built() -> DriverStatement:
            query = ProductListQuery(
                *self._list,
                search=self._search,
                branch=self._branch,
                by_ranges=is_prepared and self._has_ranges,
                attributes=attributes,
                is_examining=is_examining,
            )
            return DriverStatement(
                build(query),
                generic_plan=is_prepared and is_generic,
                is_prepared=is_prepared,
            )

        return _STATEMENTS.get((name, *self._shape), built)


def _is_before_range(price: int, filters: ProductFilter, sort: ProductSort) -> bool:
    """Whether a position in a list by price is before the range of prices."""
    if sort is ProductSort.PRICE:
        return filters.min_price is not None and price < filters.min_price.amount
    return filters.max_price is not None and price > filters.max_price.amount


def _branch_parameters(branch: Sequence[CategoryId]) -> dict[str, object]:
    """The parameters of a branch: as many as a power of two, so that few statements are cached."""
    count = 1 << (len(branch) - 1).bit_length()
    padded = [*branch, *([0] * (count - len(branch)))]
    return {f"category_{number}": category_id for number, category_id in enumerate(padded)}
