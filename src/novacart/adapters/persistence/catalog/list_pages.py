"""Find a page of a list of products.

An index has most lists in their order, so a page costs the same anywhere in them. On PostgreSQL,
filters that no index has in this order, and searches for frequent words, are compared with the next
products of the list until the page is full. Only if few products match, all of them are read from
another index and sorted. So most pages read the examined products at most, or all matches.

Two kinds of lists can read more. If thousands of products match, but only far down the list, or if
no index finds the matches, as those in stock or not on sale, up to all products of the categories
are read. And without tags, attributes or sold-out products, a list of the whole shop, or of a
category without others below it, is one statement that PostgreSQL plans by its statistics: if the
newest 80,000 products have other prices, it reads all of them, in 15 ms.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from novacart.adapters.persistence.catalog.category_branches import branch_ids
from novacart.adapters.persistence.catalog.list_conditions import stock_filters
from novacart.adapters.persistence.catalog.list_statements import Executable, ListStatements
from novacart.adapters.persistence.catalog.stored_facets import stored_numbers
from novacart.adapters.persistence.catalog.unindexed_filters import SOLD_OUT
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import Row
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.domain.shared.ids import CategoryId

# Products of a tag, and then of the list, that are read in turn until the page is full.
EXAMINED: Final = (1_000, 5_000)
# How many times the first products of `EXAMINED` the second ones are.
_EXAMINED_NEXT: Final = 5
# Products examined first to fill a page by attributes, for each product of the page.
_EXAMINED_FOR_EACH: Final = 10
# Products examined next, before the index reads all products that have the values.
_MIN_EXAMINED: Final = 1_000
# The same, if each of the values has more products than this in the category.
_FREQUENT: Final = 5_000

# A filter has few products if they are at most so many, which are read and sorted.
_FEW: Final = 5_000
# If at most so many variants of the shop are sold out, they are read before any are examined.
_FEW_SOLD_OUT: Final = 250


def find_page(
    database: Database,
    filters: ProductFilter,
    sort: ProductSort,
    *,
    limit: int,
    after: ListPosition | None,
) -> Sequence[Row]:
    """Find `limit` products after a position, and one more if there is a next page.

    The filters have no search. Rows have the `LISTED_COLUMNS` and the sort key.
    """
    is_sold_out = False in stock_filters(filters).values()
    can_be_far = database.dialect == "postgresql" and (filters.tags or is_sold_out)
    if filters.attributes or can_be_far:
        return _find_filtered(database, filters, sort, limit=limit, after=after)
    # One statement for the whole shop, or a category without others below it.
    statements = ListStatements(database.dialect, filters, sort, limit, after)
    rows = database.fetch(*statements.page())
    if rows or filters.category is None:
        return rows
    branch = branch_ids(database, filters.category)
    if len(branch) <= 1:
        return []
    products = ListStatements(database.dialect, filters, sort, limit, after, branch=branch)
    if products.has_unindexed:
        return find_by_examining(database, products, examined_counts(products))
    return database.fetch(*products.page())


def _find_filtered(
    database: Database,
    filters: ProductFilter,
    sort: ProductSort,
    *,
    limit: int,
    after: ListPosition | None,
) -> Sequence[Row]:
    """Find a page by attributes, or on PostgreSQL by tags or of products that are sold out."""
    branch = () if filters.category is None else branch_ids(database, filters.category)
    if filters.category is not None and not branch:
        return []
    products = ListStatements(database.dialect, filters, sort, limit, after, branch=branch)
    counts: Iterable[int] = examined_counts(products)
    if filters.attributes and not products.has_tags:
        counts = _counts_by_values(database, filters, branch, limit)
    return find_by_examining(database, products, counts)


def find_by_examining(
    database: Database, products: ListStatements, counts: Iterable[int]
) -> Sequence[Row]:
    """Find a page among the first products with a tag and the first of the list, in turn.

    `counts` are the numbers of products that are examined in each way, until the page is full.
    Either way can find nothing: the other filters can exclude most products with the tag, and few
    products of the list can pass them. If so, and another filter has few products, all of these are
    read and sorted, and products that are sold out at once if they are very few. The page is read
    by an index if too few match.
    """
    few = products.few_filters
    if SOLD_OUT in few and not database.fetch(*products.has_count(SOLD_OUT, _FEW_SOLD_OUT + 1)):
        return database.fetch(*products.page_of_few(SOLD_OUT, _FEW_SOLD_OUT))
    for count in counts:
        if products.has_tags:
            rows = database.fetch(*products.page_by_tags(count))
            if len(rows) > products.limit or not database.fetch(*products.has_more_tagged(count)):
                return rows
        rows = database.fetch(*products.page_by_examining(count))
        if len(rows) > products.limit or not database.fetch(*products.has_more(count)):
            return rows
        if len(rows) * _EXAMINED_NEXT < products.limit or count >= _FEW:
            if found := _page_of_few(database, products, few):
                return database.fetch(*found)
            few = ()
    found = _page_of_few(database, products, few) or products.page()
    return database.fetch(*found)


def _page_of_few(
    database: Database, products: ListStatements, few: Iterable[str]
) -> Executable | None:
    """The statement that reads the products of the first filter that has few."""
    for each in few:
        if not database.fetch(*products.has_count(each, _FEW + 1)):
            return products.page_of_few(each, _FEW)
    return None


def examined_counts(products: ListStatements, most: int | None = None) -> Sequence[int]:
    """The numbers of products that are examined in turn, `most` of them at last.

    Fewer at first, if the page may be found sooner by tags or a filter that has few products.
    """
    counts = sorted({*EXAMINED, *([] if most is None else [most])})
    return counts if products.has_tags or products.few_filters else counts[-1:]


def _counts_by_values(
    database: Database, filters: ProductFilter, branch: Sequence[CategoryId], limit: int
) -> Iterator[int]:
    """The same for attributes. The values of each product are looked up, so fewer are examined."""
    first = _EXAMINED_FOR_EACH * limit
    yield first
    count = _FREQUENT if _are_frequent(database, filters, branch) else _MIN_EXAMINED
    if count > first:
        yield count


def _are_frequent(database: Database, filters: ProductFilter, branch: Sequence[CategoryId]) -> bool:
    """Whether more than `_FREQUENT` products of a category have each of the wanted values.

    Of values within bounds, the numbers of products are not stored.
    """
    if not branch or all(each.has_bounds for each in filters.attributes):
        return False
    statement = stored_numbers(database.dialect, branch, filters.attributes)
    return all(products > _FREQUENT for _, products in database.fetch(*statement))
