"""Statements of lists of products, compiled once for all lists of a shape."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Select

from novacart.adapters.persistence.catalog.list_conditions import filter_parameters, stock_filters
from novacart.adapters.persistence.catalog.list_order import is_by_price, to_time
from novacart.adapters.persistence.catalog.ordered_products import MAX_MERGED
from novacart.adapters.persistence.catalog.product_list_query import ProductListQuery
from novacart.adapters.persistence.catalog.search_conditions import (
    KnownMatches,
    SearchExpression,
    search_parameters,
)
from novacart.adapters.persistence.catalog.unindexed_filters import few_filters, unindexed_filters
from novacart.adapters.persistence.statements import DriverStatement, Parameters, StatementCache
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.domain.shared.ids import CategoryId

_STATEMENTS: Final = StatementCache()

Executable = tuple[DriverStatement, Parameters]


class ListStatements:
    """The statements of `ProductListQuery` for one list, with their parameters.

    Each is compiled once for all lists of the same shape: those whose SQL differs in nothing but
    the values of parameters. PostgreSQL keeps the plan of a statement that reads no more for other
    values: of those that examine a number of products, and of a page that an index has in the order
    of the list.
    """

    def __init__(
        self,
        dialect: str,
        filters: ProductFilter,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None,
        *,
        search: SearchExpression | KnownMatches | None = None,
        keeps_plan: bool = False,
        branch: Sequence[CategoryId] = (),
    ) -> None:
        """`search` is of the `filters`, which have one only if it can match.

        With `keeps_plan`, PostgreSQL keeps the plan of a search by the index. `branch` are the
        categories of the branch, as in `OrderedProducts`.
        """
        if search is None and sort is ProductSort.RELEVANCE:
            sort = ProductSort.NEWEST
        if after is not None and is_by_price(sort) and _is_before_range(after.key, filters, sort):
            after = None
        self.limit: Final = limit
        self.has_tags: Final = bool(filters.tags) and dialect == "postgresql"
        """Whether an index has the products of each tag in the order of the list."""
        self._dialect: Final = dialect
        self._filters: Final = filters
        self._sort: Final = sort
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
        of_filters = filter_parameters(filters)
        if search is not None:
            of_filters |= search_parameters(dialect, search)
        self._parameters: Final = parameters | of_filters
        is_merged = dialect == "postgresql" and 1 < self._branch <= MAX_MERGED
        # Most products are in stock, so that is compared while they are read in order.
        passed_by_most = {name for name, wanted in stock_filters(filters).items() if wanted}
        is_indexed = not unindexed_filters(filters, sort, self._branch) - passed_by_most
        has_others = bool(filters.tags or filters.attributes or search)
        self.has_unindexed: Final = is_merged and not is_indexed
        """Whether filters of a list of several categories have no index in its order."""
        self._is_read_by_ranges: Final = is_merged and is_indexed and not has_others
        # One plan suits all words: it reads all matches by the index, and each product by its id.
        self._is_kept_search: Final = (
            dialect == "postgresql"
            and search is not None
            and keeps_plan
            and not (filters.tags or filters.attributes)
            and self._branch <= MAX_MERGED
        )
        self._is_page_prepared: Final = (
            self._is_read_by_ranges
            or self._is_kept_search
            or (not of_filters and not (dialect == "postgresql" and branch))
        )
        self._shape: Final = (
            dialect,
            sort,
            limit,
            filters.in_stock,
            filters.available,
            filters.on_sale,
            self._is_kept_search,
            *self._parameters,
        )

    def page(self) -> Executable:
        """`ProductListQuery.page`."""
        is_prepared = self._is_page_prepared
        # Planning takes a tenth of a millisecond for each category, two for a position, and half of
        # one for a search.
        is_generic = is_prepared and (
            self._branch > 1 or self._after is not None or self._is_kept_search
        )
        statement = self._cached(
            "page",
            lambda query: query.page(self.limit, self._after),
            is_prepared=is_prepared,
            generic_plan=is_generic,
        )
        return statement, self._parameters

    @property
    def few_filters(self) -> Sequence[str]:
        """The unindexed filters that may have few products. SQLite applies all filters at once."""
        if self._dialect == "sqlite":
            return ()
        return few_filters(self._filters, self._sort, self._branch)

    def page_by_examining(self, count: int) -> Executable:
        """`ProductListQuery.page_by_examining`."""
        return self._examining(
            "examine", count, lambda query: query.page_by_examining(count, self.limit, self._after)
        )

    def has_more(self, count: int) -> Executable:
        """`ProductListQuery.has_more`."""
        return self._examining("has more", count, lambda query: query.has_more(count, self._after))

    def page_by_tags(self, count: int) -> Executable:
        """`ProductListQuery.page_by_tags`."""
        return self._examining(
            "tags", count, lambda query: query.page_by_tags(count, self.limit, self._after)
        )

    def has_more_tagged(self, count: int) -> Executable:
        """`ProductListQuery.has_more_tagged`."""
        return self._examining(
            "has more tagged", count, lambda query: query.has_more_tagged(count, self._after)
        )

    def page_of_few(self, few: str, count: int) -> Executable:
        """`ProductListQuery.page_of_few`."""
        return self._examining(
            f"few {few}",
            count,
            lambda query: query.page_of_few(few, count, self.limit, self._after),
        )

    def has_count(self, few: str, count: int) -> Executable:
        """`ProductListQuery.has_count`."""
        return self._examining(f"has count {few}", count, lambda query: query.has_count(few, count))

    def _examining(
        self, name: str, count: int, build: Callable[[ProductListQuery], Select[*tuple[Any, ...]]]
    ) -> Executable:
        """A statement that examines `count` products, which is planned once for all values.

        Otherwise PostgreSQL would plan examining few products each time.
        """
        is_prepared = self._branch <= MAX_MERGED
        statement = self._cached(name, build, is_prepared=is_prepared, generic_plan=is_prepared)
        return statement, self._parameters | {"count": count}

    def _cached(
        self,
        name: str,
        build: Callable[[ProductListQuery], Select[*tuple[Any, ...]]],
        *,
        is_prepared: bool,
        generic_plan: bool,
    ) -> DriverStatement:
        def built() -> DriverStatement:
            query = ProductListQuery(
                self._dialect,
                self._filters,
                self._sort,
                search=self._search,
                branch=self._branch,
                by_ranges=self._is_read_by_ranges,
            )
            return DriverStatement(build(query), generic_plan=generic_plan, is_prepared=is_prepared)

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
