"""Pages of products that match a search or conditions on attributes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from novacart.adapters.persistence.catalog.category_branches import branch_ids
from novacart.adapters.persistence.catalog.product_list_query import (
    KeptList,
    SearchExpression,
    list_position,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import SearchPlans
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import Row
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.application.search_terms import search_terms

# Added to the sort keys of products that match with their title; larger than any time.
_IN_TITLE: Final = 3 * 10**17

# Products that are examined for each product of a page by attributes.
_EXAMINED: Final = 10
_MIN_EXAMINED: Final = 1_000

# Rows of `ProductListQuery.page`, each with its position.
FoundRows = list[tuple[Row, ListPosition]]


def find_page(
    database: Database,
    plans: SearchPlans,
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
    in_branch = () if filters.category is None else branch_ids(database, filters.category)
    if not terms or (filters.category is not None and not in_branch):
        return []
    if database.dialect != "postgresql":
        every = SearchExpression(match_expression(database.dialect, terms))
        products = KeptList(
            database.dialect, filters, sort, limit, after, search=every, branch=in_branch
        )
        return with_positions(database.fetch(*products.page()))
    plan = plans.plan(terms)

    def newest(search: SearchExpression, limit: int, after: ListPosition | None) -> FoundRows:
        products = KeptList(
            database.dialect,
            filters,
            ProductSort.NEWEST,
            limit,
            after,
            search=search,
            branch=in_branch,
        )
        return find_by_examining(database, products, plan.products_to_examine(), limit)

    products = KeptList(
        database.dialect, filters, sort, limit, after, search=plan.search(), branch=in_branch
    )
    if not plan.is_frequent(limit + 1):
        # Everything that matches is read and sorted.
        return with_positions(database.fetch(*products.page()))
    if sort is not ProductSort.RELEVANCE:
        return find_by_examining(database, products, plan.products_to_examine(), limit)
    if not plan.has_frequent_titles(limit + 1):
        return newest(plan.search(), limit, after)
    rows: FoundRows = []
    if after is None or after.key >= _IN_TITLE // 2:
        start = None if after is None else replace(after, key=after.key - _IN_TITLE)
        rows = [
            (row, replace(position, key=position.key + _IN_TITLE))
            for row, position in newest(plan.search_titles(), limit, start)
        ]
        after = None
    if len(rows) <= limit:
        rows += newest(plan.search_others(), limit - len(rows), after)
    return rows


def find_by_attributes(
    database: Database,
    filters: ProductFilter,
    sort: ProductSort,
    *,
    limit: int,
    after: ListPosition | None,
) -> FoundRows:
    """Find the same page of products that match conditions on attributes, without a search."""
    in_branch = () if filters.category is None else branch_ids(database, filters.category)
    if filters.category is not None and not in_branch:
        return []
    products = KeptList(database.dialect, filters, sort, limit, after, branch=in_branch)
    return find_by_examining(database, products, max(_MIN_EXAMINED, _EXAMINED * limit), limit)


def find_by_examining(database: Database, products: KeptList, count: int, limit: int) -> FoundRows:
    """Examine `count` products of the list in its order; read the index if too few match."""
    rows = database.fetch(*products.page_by_examining(count))
    if len(rows) <= limit and database.fetch(*products.has_more(count)):
        # There are fewer matches, or they are further on, than expected.
        rows = database.fetch(*products.page())
    return with_positions(rows)


def with_positions(rows: Sequence[Row]) -> FoundRows:
    """Rows of `ProductListQuery.page` with their positions."""
    return [(row, list_position(row)) for row in rows]
