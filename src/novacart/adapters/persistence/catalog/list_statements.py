"""Statements of lists of products, compiled once for all lists of a shape."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Select

from novacart.adapters.persistence.catalog.list_conditions import (
    KnownMatches,
    SearchExpression,
    filter_parameters,
    search_parameters,
)
from novacart.adapters.persistence.catalog.product_list_query import (
    MAX_MERGED,
    AttributeLookup,
    ProductListQuery,
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
        has_bounds = filters.min_price is not None or filters.max_price is not None
        by_price = sort in {ProductSort.PRICE, ProductSort.PRICE_DESCENDING}
        # Planning many categories takes longer than a plan for average values. But unless an index
        # has the order of the list, a plan for an average range of prices reads all products of a
        # wide one, and a plan for an average brand those of a frequent one.
        brands = len(filters.brands)
        has_index = by_price and (brands == 0 or (brands == 1 and not filters.on_sale))
        is_average = self._branch >= _MANY_CATEGORIES and (
            has_index or not (filters.brands or has_bounds)
        )
        self._is_prepared: Final = self._branch <= MAX_MERGED and (
            len(parameters) == plain or is_average
        )
        # Words, tags and values of attributes are looked up for each product, so they do not change
        # the plan.
        self._is_examining_prepared: Final = self._branch <= MAX_MERGED and (
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
            is_examining=True,
        )
        return statement, self._parameters | {"count": count}

    def page_by_tags(self, count: int) -> Executable:
        """`ProductListQuery.page_by_tags` and its parameters."""
        statement = self._cached(
            "tags",
            lambda query: query.page_by_tags(count, self._limit, self._after),
            AttributeLookup.BY_PRODUCT,
            starts_at_tags=True,
        )
        return statement, self._parameters | {"count": count}

    def more_tagged(self, count: int) -> Executable:
        """`ProductListQuery.more_tagged` and its parameters."""
        statement = self._cached(
            "more tagged", lambda query: query.more_tagged(count, self._after), starts_at_tags=True
        )
        return statement, self._parameters | {"count": count}

    def has_more(self, count: int) -> Executable:
        """`ProductListQuery.has_more` and its parameters."""
        statement = self._cached(
            "has more",
            lambda query: query.has_more(count, self._after),
            is_examining=True,
        )
        return statement, self._parameters | {"count": count}

    def _cached(
        self,
        name: str,
        build: Callable[[ProductListQuery], Select[*tuple[Any, ...]]],
        attributes: AttributeLookup = AttributeLookup.OUTSIDE,
        *,
        is_examining: bool = False,
        starts_at_tags: bool = False,
    ) -> DriverStatement:
        is_prepared = self._is_examining_prepared if is_examining else self._is_prepared
        if starts_at_tags:
            # The plan is the same for all brands and prices.
            is_examining = is_prepared = True
        # Planning takes a tenth of a millisecond for each category, and two for a position. Without
        # a generic plan, PostgreSQL would plan examining few products each time.
        is_generic = is_examining or self._branch > 1 or self._after is not None

        def built() -> DriverStatement:
            query = ProductListQuery(
                *self._list, search=self._search, branch=self._branch, attributes=attributes
            )
            return DriverStatement(
                build(query),
                generic_plan=is_prepared and is_generic,
                is_prepared=is_prepared,
            )

        return _STATEMENTS.get((name, *self._shape), built)


def _branch_parameters(branch: Sequence[CategoryId]) -> dict[str, object]:
    """The parameters of a branch: as many as a power of two, so that few statements are cached."""
    count = 1 << (len(branch) - 1).bit_length()
    padded = [*branch, *([0] * (count - len(branch)))]
    return {f"category_{number}": category_id for number, category_id in enumerate(padded)}
