"""Find a page of a search.

PostgreSQL's search index returns all matches of a word at once. So only a search for rare words is
ranked. One for frequent words lists the newest products first, which are examined in this order
until the page is full. Matches in titles come first if there are enough. Without other filters,
those with the highest ids are taken for the newest. A page continues in the order of the page
before, even if it has another plan. SQLite ranks all searches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from novacart.adapters.persistence.catalog.category_branches import branch_ids
from novacart.adapters.persistence.catalog.list_order import list_position
from novacart.adapters.persistence.catalog.list_pages import examined_counts, find_by_examining
from novacart.adapters.persistence.catalog.list_statements import ListStatements
from novacart.adapters.persistence.catalog.matches_by_id import find_highest_ids
from novacart.adapters.persistence.catalog.recent_matches import RecentMatches
from novacart.adapters.persistence.catalog.search_conditions import SearchExpression
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import SearchPlan, SearchPlans
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


class SearchPages:
    """Pages of searches. Plans and matches are kept for some seconds."""

    def __init__(self, database: Database, plans: SearchPlans, matches: RecentMatches) -> None:
        self._database = database
        self._plans = plans
        self._matches = matches

    def find(
        self, filters: ProductFilter, sort: ProductSort, *, limit: int, after: ListPosition | None
    ) -> Sequence[Row]:
        """Find `limit` products after a position, and one more if there is a next page.

        Rows have the `LISTED_COLUMNS`, and that at the end of the page the key of its position.
        """
        database = self._database
        terms = search_terms(filters.search)
        branch = () if filters.category is None else branch_ids(database, filters.category)
        if not terms or (filters.category is not None and not branch):
            return []
        if database.dialect != "postgresql":
            every = SearchExpression(match_expression(database.dialect, terms))
            products = ListStatements(
                database.dialect, filters, sort, limit, after, search=every, branch=branch
            )
            return database.fetch(*products.page())
        plan = self._plans.plan(terms)
        planned = _PlannedSearch(database, plan, self._matches, filters, branch, limit)
        if sort is ProductSort.RELEVANCE:
            return planned.by_relevance(after)
        return planned.find(plan.search(), sort, limit, after)


@dataclass(frozen=True, slots=True)
class _PlannedSearch:
    """Pages of `limit` products that match on PostgreSQL."""

    database: Database
    plan: SearchPlan
    matches: RecentMatches
    filters: ProductFilter
    branch: Sequence[CategoryId]
    limit: int

    def by_relevance(self, after: ListPosition | None) -> Sequence[Row]:
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
        rows: list[Row] = []
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
    ) -> list[Row]:
        """The newest products; `added` is added to the key of the position after the page."""
        start = None if after is None else replace(after, key=after.key - added)
        rows: Sequence[Row]
        if added in _BY_ID:
            is_frequent = self.plan.is_frequent(self.limit + 1)
            examined = self.plan.products_to_examine() if is_frequent else None
            rows = find_highest_ids(self.database, search, limit, start, examined=examined)
        else:
            rows = self.find(search, ProductSort.NEWEST, limit, start)
        page = list(rows)
        if 0 < limit <= len(page):
            # The list continues after this row. The keys of the others are not used.
            last = page[limit - 1]
            page[limit - 1] = [*last[:-1], list_position(last).key + added]
        return page

    def find(
        self, search: SearchExpression, sort: ProductSort, limit: int, after: ListPosition | None
    ) -> Sequence[Row]:
        """A page in the order of a sort. It is ranked, or found by the index, if that is sooner."""
        by_index = sort is ProductSort.RELEVANCE or not self.plan.is_frequent(self.limit + 1)
        products = ListStatements(
            self.database.dialect,
            self.filters,
            sort,
            limit,
            after,
            search=(self.matches.find(self.plan, search) if by_index else None) or search,
            keeps_plan=self.plan.can_be_kept,
            branch=self.branch,
        )
        if by_index:
            return self.database.fetch(*products.page())
        counts = examined_counts(products, self.plan.products_to_examine())
        return find_by_examining(self.database, products, counts)


def _is_by_id(position: ListPosition) -> bool:
    return _BY_ID.all <= position.key < _BY_TIME.in_title
