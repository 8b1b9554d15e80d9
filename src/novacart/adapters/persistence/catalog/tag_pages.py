"""Pages of products that have a tag, on PostgreSQL, without a search.

They are read from an index of tags in the order of the list. If the other filters exclude most of
them, products of the other filters are read instead, and their tags looked up. Each way is tried
with few products first, since either can find nothing.
"""

from typing import Final

from novacart.adapters.persistence.catalog.category_branches import branch_ids
from novacart.adapters.persistence.catalog.list_statements import ListStatements
from novacart.adapters.persistence.catalog.search_pages import FoundRows, find_by_tags
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort

# Products of the tag, and then of the list, that are read in turn until the page is full.
EXAMINED: Final = (1_000, 5_000)


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
    return find_by_tags(database, listed, EXAMINED, limit)
