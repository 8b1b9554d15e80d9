"""Pages of products that match a search."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from novacart.adapters.persistence.catalog.product_list_query import (
    KeptList,
    SearchExpression,
    list_position,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import SearchPlan, plan_search
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import Row
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.application.search_terms import search_terms

# Added to the sort keys of products that match with their title; larger than any time.
_IN_TITLE: Final = 3 * 10**17

# Rows of `ProductListQuery.page`, each with its position.
FoundRows = list[tuple[Row, ListPosition]]


def find_page(
    database: Database,
    filters: ProductFilter,
    sort: ProductSort,
    *,
    limit: int,
    after: ListPosition | None,
) -> FoundRows:
    """Find `limit` products after a position, and one more if there is a next page.

    A frequent search by relevance is not ranked: it lists first the products that match with their
    title, then the others, the newest first.
    """
    terms = search_terms(filters.search)
    if not terms:
        return []
    if database.dialect != "postgresql":
        search = SearchExpression(match_expression(database.dialect, terms))
        products = KeptList(database.dialect, filters, sort, limit, after, search=search)
        return _with_positions(database.fetch(*products.page()))
    plan = plan_search(database, terms)
    found = _Search(database, filters, plan)
    if not plan.is_frequent(limit + 1):
        return found.by_index(plan.search(), sort, limit, after)
    if sort is not ProductSort.RELEVANCE:
        return found.sorted(plan.search(), sort, limit, after)
    if not plan.has_frequent_titles(limit + 1):
        return found.sorted(plan.search(), ProductSort.NEWEST, limit, after)
    rows: FoundRows = []
    if after is None or after.key >= _IN_TITLE // 2:
        start = None if after is None else replace(after, key=after.key - _IN_TITLE)
        rows = [
            (row, replace(position, key=position.key + _IN_TITLE))
            for row, position in found.sorted(
                plan.search_titles(), ProductSort.NEWEST, limit, start
            )
        ]
        after = None
    if len(rows) <= limit:
        rows += found.sorted(plan.search_others(), ProductSort.NEWEST, limit - len(rows), after)
    return rows


class _Search:
    def __init__(self, database: Database, filters: ProductFilter, plan: SearchPlan) -> None:
        self._database = database
        self._filters = filters
        self._plan = plan

    def sorted(
        self,
        search: SearchExpression,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None,
    ) -> FoundRows:
        """Find by examining products in the order of the list, if that is enough."""
        products = self._list(search, sort, limit, after)
        count = self._plan.products_to_examine()
        rows = self._database.fetch(*products.page_by_examining(count))
        if len(rows) <= limit and self._database.fetch(*products.has_more(count)):
            # There are fewer matches, or they are further on, than expected.
            rows = self._database.fetch(*products.page())
        return _with_positions(rows)

    def by_index(
        self,
        search: SearchExpression,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None,
    ) -> FoundRows:
        """Find by the search index, and sort everything that matches."""
        products = self._list(search, sort, limit, after)
        return _with_positions(self._database.fetch(*products.page()))

    def _list(
        self,
        search: SearchExpression,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None,
    ) -> KeptList:
        return KeptList("postgresql", self._filters, sort, limit, after, search=search)


def _with_positions(rows: Sequence[Row]) -> FoundRows:
    return [(row, list_position(row)) for row in rows]
