"""Pages of products that have a tag, on PostgreSQL.

All products of a rare tag are read and sorted. Those of a frequent tag are found by examining
products in the order of the list. With a single statement for both, the planner reads whole tables
for tags that are neither very rare nor very frequent.
"""

from math import isqrt
from typing import Final

from sqlalchemy import text

from novacart.adapters.persistence.catalog.category_branches import branch_ids
from novacart.adapters.persistence.catalog.list_statements import ListStatements
from novacart.adapters.persistence.catalog.search_pages import (
    FoundRows,
    find_by_examining,
    with_positions,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort

# Products of a tag that are sorted in a shop of any size, and before its tables are analyzed.
MIN_SORTED: Final = 1000
# A page of a frequent tag is full after examining `rare` products on average, or fewer. Few pages
# need twice as many.
EXAMINED_FACTOR: Final = 2

_ANALYZED_PRODUCTS: Final = DriverStatement(
    text(
        "SELECT CAST(greatest(reltuples, 0) AS bigint) FROM pg_class"
        " WHERE oid = 'products'::regclass"
    )
)


def find_tagged_page(
    database: Database,
    filters: ProductFilter,
    sort: ProductSort,
    *,
    limit: int,
    after: ListPosition | None,
) -> FoundRows:
    """Find `limit` products after a position, and one more if there is a next page."""
    in_branch = () if filters.category is None else branch_ids(database, filters.category)
    if filters.category is not None and not in_branch:
        return []
    listed = ListStatements(database.dialect, filters, sort, limit, after, branch=in_branch)
    [[products]] = database.fetch(_ANALYZED_PRODUCTS)
    # Reading a product by its tag takes about as long as examining one in the list. If `rare`
    # products have the tag, a page is full after examining as many on average.
    rare = max(MIN_SORTED, isqrt((limit + 1) * products))
    if database.fetch(*listed.more_tagged(rare)):
        return find_by_examining(database, listed, (EXAMINED_FACTOR * rare,), limit)
    return with_positions(database.fetch(*listed.page()))
