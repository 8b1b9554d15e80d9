"""Pages of products that are examined in the order of a list, because no index finds them in it.

They match a search, conditions on attributes, tags, or filters that no index has in this order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from novacart.adapters.persistence.catalog.category_branches import branch_ids
from novacart.adapters.persistence.catalog.list_conditions import SearchExpression
from novacart.adapters.persistence.catalog.list_statements import Executable, ListStatements
from novacart.adapters.persistence.catalog.newest_matches import find_newest
from novacart.adapters.persistence.catalog.product_list_query import SOLD_OUT, list_position
from novacart.adapters.persistence.catalog.recent_matches import RecentMatches
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import SearchPlan, SearchPlans
from novacart.adapters.persistence.catalog.stored_facets import stored_numbers
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import Row
from novacart.application.catalog.queries import ListPosition, ProductFilter, ProductSort
from novacart.application.search_terms import search_terms
from novacart.domain.shared.ids import CategoryId


class _AddedToKeys(NamedTuple):
    """What is added to the keys of positions, which shows whether matches in titles are first."""

    all: int
    in_title: int
    others: int


# The order of a search by relevance is that of its first page. The key of a position shows which: a
# score is at most a million, and a time in microseconds is larger and below 26 * 10**16, to which
# more is added if titles are first. An id is below 10**16. The release before reads a sum with an
# id as a time after all products, and begins the list again.
_MAX_SCORE: Final = 10**6
_BY_TIME: Final = _AddedToKeys(all=0, in_title=3 * 10**17, others=6 * 10**17)
_BY_ID: Final = _AddedToKeys(all=26 * 10**16, in_title=27 * 10**16, others=28 * 10**16)
# A search that is frequent for a page of this length is not ranked, since sorting all its matches
# takes too long. Pages are shorter: a ranked list becomes so long only while it is read.
_LONGEST_RANKED: Final = 1000

# Products of a tag, and then of the list, that are read in turn until the page is full.
EXAMINED: Final = (1_000, 5_000)
# Products examined first to fill a page by attributes, for each product of the page.
_EXAMINED: Final = 10
# Products examined next, before the index reads all products that have the values.
_MIN_EXAMINED: Final = 1_000
# The same, if each of the values has more products than this in the category.
_FREQUENT: Final = 5_000

# A filter has few products if they are at most so many, which are read and sorted.
_FEW: Final = 5_000
# If at most so many variants of the shop are sold out, they are read before any are examined.
_FEW_SOLD_OUT: Final = 250

# How many times the first products of `EXAMINED` the second ones are.
_EXAMINED_NEXT: Final = 5

# Rows of `ProductListQuery.page`, each with a number that is added to the key of its position.
FoundRows = list[tuple[Row, int]]


def find_page(
    database: Database,
    plans: SearchPlans,
    matches: RecentMatches,
    filters: ProductFilter,
    sort: ProductSort,
    *,
    limit: int,
    after: ListPosition | None,
) -> FoundRows:
    """Find `limit` products after a position, and one more if there is a next page.

    A frequent search by relevance is not ranked: it lists the newest products first, those that
    match with their title before the others if there are enough of them. Without other filters,
    those with the highest ids are taken for the newest. A page continues in the order of the page
    before, even if it has another plan.
    """
    terms = search_terms(filters.search)
    in_branch = () if filters.category is None else branch_ids(database, filters.category)
    if not terms or (filters.category is not None and not in_branch):
        return []
    if database.dialect != "postgresql":
        every = SearchExpression(match_expression(database.dialect, terms))
        products = ListStatements(
            database.dialect, filters, sort, limit, after, search=every, branch=in_branch
        )
        return found_rows(database.fetch(*products.page()))
    planned = _PlannedSearch(database, plans.plan(terms), matches, filters, in_branch, limit)
    if sort is ProductSort.RELEVANCE:
        return planned.by_relevance(after)
    return planned.find(planned.plan.search(), sort, limit, after)


@dataclass(frozen=True, slots=True)
class _PlannedSearch:
    """Pages of `limit` products that match on PostgreSQL."""

    database: Database
    plan: SearchPlan
    matches: RecentMatches
    filters: ProductFilter
    in_branch: Sequence[CategoryId]
    limit: int

    def by_relevance(self, after: ListPosition | None) -> FoundRows:
        """A page in the order of its position, or without one in the order of the plan."""
        plan, limit = self.plan, self.limit
        if after is not None and not self._has_order_of(after):
            after = None
        if after is not None:
            is_ranked = after.key <= _MAX_SCORE
            added = _BY_ID if _is_by_id(after) else _BY_TIME
            has_titles_first = after.key >= added.in_title
        else:
            is_ranked = not plan.is_frequent(limit + 1)
            added = _BY_ID if self._has_no_other_filters else _BY_TIME
            has_titles_first = plan.has_frequent_titles(limit + 1)
        if is_ranked:
            return self.find(plan.search(), ProductSort.RELEVANCE, limit, after)
        if not has_titles_first:
            return self._newest(plan.search(), limit, after, added.all)
        rows: FoundRows = []
        if after is None or after.key < added.others:
            rows = self._newest(plan.search_titles(), limit, after, added.in_title)
            after = None
        if len(rows) <= limit:
            rows += self._newest(plan.search_others(), limit - len(rows), after, added.others)
        return rows

    def _has_order_of(self, position: ListPosition) -> bool:
        """Whether the list can continue in the order of a position. Otherwise it begins again."""
        if position.key <= _MAX_SCORE:
            return not self.plan.is_frequent(_LONGEST_RANKED)
        return not _is_by_id(position) or self._has_no_other_filters

    @property
    def _has_no_other_filters(self) -> bool:
        return self.filters == ProductFilter(search=self.filters.search)

    def _newest(
        self, search: SearchExpression, limit: int, after: ListPosition | None, added: int
    ) -> FoundRows:
        """The newest products; `added` is added to the keys of their positions."""
        start = None if after is None else replace(after, key=after.key - added)
        if added not in _BY_ID:
            found = self.find(search, ProductSort.NEWEST, limit, start)
            return [(row, added) for row, _ in found]
        is_frequent = self.plan.is_frequent(self.limit + 1)
        examined = self.plan.products_to_examine() if is_frequent else None
        rows = find_newest(self.database, search, limit, start, examined=examined)
        return [(row, added) for row in rows]

    def find(
        self, search: SearchExpression, sort: ProductSort, limit: int, after: ListPosition | None
    ) -> FoundRows:
        by_index = sort is ProductSort.RELEVANCE or not self.plan.is_frequent(self.limit + 1)
        products = ListStatements(
            self.database.dialect,
            self.filters,
            sort,
            limit,
            after,
            search=(self.matches.find(self.plan, search) if by_index else None) or search,
            branch=self.in_branch,
        )
        if by_index:
            return found_rows(self.database.fetch(*products.page()))
        count = self.plan.products_to_examine()
        return find_by_examining(self.database, products, _counts(products, count))


def _is_by_id(position: ListPosition) -> bool:
    return _BY_ID.all <= position.key < _BY_TIME.in_title


def find_listed(
    database: Database,
    filters: ProductFilter,
    sort: ProductSort,
    *,
    limit: int,
    after: ListPosition | None,
) -> FoundRows:
    """Find the same page without a search: by attributes, or on PostgreSQL by tags or stock."""
    in_branch = () if filters.category is None else branch_ids(database, filters.category)
    if filters.category is not None and not in_branch:
        return []
    products = ListStatements(database.dialect, filters, sort, limit, after, branch=in_branch)
    counts: Iterable[int] = _counts(products)
    if filters.attributes and not products.has_tags:
        counts = _counts_by_values(database, filters, in_branch, limit)
    return find_by_examining(database, products, counts)


def find_merged(database: Database, products: ListStatements) -> FoundRows:
    """Find the same page of a list of several categories without a search, tags or attributes."""
    if products.is_planned_each_time:
        return find_by_examining(database, products, _counts(products))
    return found_rows(database.fetch(*products.page()))


def _counts(products: ListStatements, most: int | None = None) -> Sequence[int]:
    """The numbers of products that are examined in turn, `most` of them at last.

    Fewer at first, if the page may be found sooner by tags or a filter that has few products.
    """
    counts = sorted({*EXAMINED, *([] if most is None else [most])})
    return counts if products.has_tags or products.few_filters else counts[-1:]


def _counts_by_values(
    database: Database, filters: ProductFilter, branch: Sequence[CategoryId], limit: int
) -> Iterator[int]:
    """The same of a list by attributes, of which each product's values are looked up."""
    first = _EXAMINED * limit
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


def find_by_examining(
    database: Database, products: ListStatements, counts: Iterable[int]
) -> FoundRows:
    """Examine the first products with a tag and the first of the list in turn.

    `counts` are the numbers of products that are examined in each way, until the page is full.
    Either way can find nothing: the other filters can exclude most products with the tag, and few
    products of the list can pass them. If so, and another filter has few products, all of these are
    read and sorted, and products that are sold out at once if they are very few. The page is read
    by an index if too few match.
    """
    few = products.few_filters
    if SOLD_OUT in few and not database.fetch(*products.has_count(SOLD_OUT, _FEW_SOLD_OUT + 1)):
        return found_rows(database.fetch(*products.page_of_few(SOLD_OUT, _FEW_SOLD_OUT)))
    for count in counts:
        if products.has_tags:
            rows = database.fetch(*products.page_by_tags(count))
            if len(rows) > products.limit or not database.fetch(*products.more_tagged(count)):
                return found_rows(rows)
        rows = database.fetch(*products.page_by_examining(count))
        if len(rows) > products.limit or not database.fetch(*products.has_more(count)):
            return found_rows(rows)
        if len(rows) * _EXAMINED_NEXT < products.limit or count >= _FEW:
            if found := _page_of_few(database, products, few):
                return found_rows(database.fetch(*found))
            few = ()
    found = _page_of_few(database, products, few) or products.page()
    return found_rows(database.fetch(*found))


def _page_of_few(
    database: Database, products: ListStatements, few: Iterable[str]
) -> Executable | None:
    """The statement that reads the products of the first filter that has few."""
    for each in few:
        if not database.fetch(*products.has_count(each, _FEW + 1)):
            return products.page_of_few(each, _FEW)
    return None


def found_rows(rows: Sequence[Row]) -> FoundRows:
    """Rows of `ProductListQuery.page`."""
    return [(row, 0) for row in rows]


def position_of(found: tuple[Row, int]) -> ListPosition:
    """The position after a row."""
    row, added = found
    position = list_position(row)
    return replace(position, key=position.key + added)
