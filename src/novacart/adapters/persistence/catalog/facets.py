"""Counts of products by what customers can filter by.

Those of a category without other filters are sums of stored counts. Others are counted product by
product; if the category has many, those of a sample of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from novacart.adapters.persistence.catalog.category_counts import CategoryCounts
from novacart.adapters.persistence.catalog.facet_candidates import RecentCandidates
from novacart.adapters.persistence.catalog.facet_counting import FacetCounting, Filter
from novacart.adapters.persistence.catalog.facet_statements import FacetStatements
from novacart.adapters.persistence.catalog.list_conditions import stock_filters
from novacart.adapters.persistence.catalog.search_plan import SearchPlan, SearchPlans
from novacart.adapters.persistence.catalog.tables import SAMPLE_PARTS
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.facets import FacetCounts, FacetGroup
from novacart.application.catalog.queries import CatalogQueries, ProductFilter
from novacart.application.search_terms import facet_key, search_terms

MAX_EXAMINED: Final = 5_000
"""All products of a category are examined if they are not more."""

SAMPLE_SIZE: Final = 2_500
"""The most products that a sample of a larger category has; it has at least half of them."""

STOCK_SAMPLE_SIZE: Final = 800
"""The same for products whose stock is read, which takes longest."""

MIN_SAMPLED: Final = 100
MAX_COUNTED: Final = 5_000
RARE: Final = 0.1
"""Products are counted again if they are about `MAX_COUNTED` at most, and fewer than `MIN_SAMPLED`
of the sample. If one of their filters has `MAX_COUNTED` products at most, and `RARE` of those of
the category, all of these are examined, otherwise a larger sample, of which a product takes a fifth
of the time. So the cost of a request is bounded for any filters."""

LARGER: Final = 4
"""How many times as many products a larger sample has at most."""

MIN_IN_LARGER: Final = 50
"""A larger sample has only twice as many products if about so many of them will be counted. The
standard error of such a count is 14%."""


class SqlFacetCounts:
    """Counts of the products of lists of a category, or of the whole shop."""

    def __init__(
        self,
        database: Database,
        *,
        queries: CatalogQueries,
        plans: SearchPlans,
        candidates: RecentCandidates,
        category: str | None,
    ) -> None:
        self._database = database
        self._plans = plans
        self._candidates = candidates
        self._whole = ProductFilter(category=category)
        self._stored = CategoryCounts(database, queries, category)
        self.children = self._stored.children
        self.attributes = queries.attributes_of(category)

    def __call__(self, groups: Sequence[FacetGroup]) -> Sequence[FacetCounts]:
        """The counts of groups, of which the first has all filters."""
        whole = self._whole
        stored: dict[ProductFilter, FacetCounts] = {}
        to_count = []
        for group in groups:
            if group.filters != whole:
                to_count.append(group)
                continue
            stored[whole] = self._stored.of_group(group)
            rest = _not_stored(group, stored[whole])
            if rest.in_stock or rest.attributes:
                to_count.append(rest)
        counted = self._counted(groups[0].filters, to_count)
        if whole in stored and whole in counted:
            _complete(stored[whole], counted[whole])
        return [(counted | stored)[each.filters] for each in groups]

    def _counted(
        self, filters: ProductFilter, groups: Sequence[FacetGroup]
    ) -> dict[ProductFilter, FacetCounts]:
        """The counts of groups by their filters. `filters` are all filters."""
        if not groups or (filters.search.strip() and not search_terms(filters.search)):
            return {each.filters: FacetCounts() for each in groups}
        plan = self._plan(filters)
        counts_stock = not any(each.counts_more_than_stock for each in groups)
        is_small = bool(stock_filters(filters)) or counts_stock
        counting = FacetCounting(
            dialect=self._database.dialect,
            filters=filters,
            groups=tuple(groups),
            branch=self._stored.branch,
            indexed=plan.indexed if plan is not None else "",
        )
        counting = self._of_sample(counting, is_small=is_small)
        if not counting.is_sample:
            return self._fetch(counting)
        counted = self._counted_in_sample(counting, plan, is_small=is_small)
        sampled = [(each, counted[each.filters]) for each in groups]
        self._stored.widen([(group, counts) for group, counts in sampled if not counts.is_exact])
        return counted

    def _counted_in_sample(
        self, counting: FacetCounting, plan: SearchPlan | None, *, is_small: bool
    ) -> dict[ProductFilter, FacetCounts]:
        """Count the products of a sample, and groups of which it has too few again."""
        # A sample misses the lowest and highest prices, so these groups are not counted in it.
        only_prices = tuple(each for each in counting.groups if each.counts_only_prices)
        sampled = tuple(each for each in counting.groups if each not in only_prices)
        counted = {each.filters: FacetCounts(is_exact=False) for each in only_prices}
        counting = self._candidates.added_to(replace(counting, groups=sampled))
        fewest = min(MIN_SAMPLED * counting.factor, MAX_COUNTED)
        estimates = counting.estimates()
        enough = tuple(each for each in sampled if estimates.get(each.filters, fewest) >= fewest)
        smaller = replace(counting, groups=enough)
        # Not with a filter by stock: estimates are of products of any stock.
        are_few_known = len(enough) < len(sampled) and not counting.stock_filters
        if enough and not are_few_known:
            counted |= self._fetch(smaller)
            estimates |= {each.filters: counted[each.filters].count for each in enough}
        few = [each for each in sampled if estimates[each.filters] < fewest]
        if not few:
            return counted
        # All products that pass a rare filter are examined, or else those of a larger sample.
        sampled_counts = [(each, estimates[each.filters]) for each in sampled]
        rare = self._rare_filters(counting, plan, sampled_counts)[:2]
        if rare and all(counting.has_filter(each, rare[0]) for each in few):
            # The second one is needed only for the facet that ignores the first.
            rare = rare[:1]
        found = [
            each
            for each in (*few, *only_prices)
            if any(counting.has_filter(each, name) for name in rare)
        ]
        if found:
            counted |= self._fetch(counting.finding(rare, found))
        if any(each not in found for each in few):
            larger = replace(counting, looks_up_values=True)
            least = min(estimates[each.filters] for each in few if each not in found)
            factor = _larger_factor(counting, least)
            larger = self._of_sample(larger, is_small=is_small, factor=factor)
            missing = few if larger.is_sample else [*few, *only_prices]
            others = tuple(each for each in missing if each not in found)
            if enough and are_few_known:
                # One statement takes less time than another for the smaller sample.
                others += enough
                larger = replace(larger, smaller=smaller)
            counted |= self._fetch(replace(larger, groups=others))
        elif enough and are_few_known:
            counted |= self._fetch(smaller)
        return counted

    def _of_sample(
        self, counting: FacetCounting, *, is_small: bool, factor: int = 1
    ) -> FacetCounting:
        """Examine a sample, of `factor` times the usual size; all of few products.

        With `is_small`, the stock of all products that are examined is read.
        """
        stock_parts = _parts(self._stored.products, STOCK_SAMPLE_SIZE * factor)
        parts = stock_parts if is_small else _parts(self._stored.products, SAMPLE_SIZE * factor)
        if parts == SAMPLE_PARTS:
            # Few of them are counted, so their stock is counted exactly, too.
            stock_parts = parts
        counting = replace(counting, parts=parts, stock_parts=stock_parts)
        if self._database.dialect == "sqlite" or counting.filters.attributes:
            return counting
        # The values of other products of the sample are not needed.
        return replace(counting, looks_up_values=counting.looks_up_values or counting.is_sample)

    def _fetch(self, counting: FacetCounting) -> dict[ProductFilter, FacetCounts]:
        counting = self._candidates.added_to(counting)
        known = counting.known_prices()
        groups = tuple(each for each in counting.groups if each.filters not in known)
        counting = replace(counting, groups=groups)
        rows = self._database.fetch(*FacetStatements(counting).count_products())
        return known | {
            each.filters: counting.counts(each, rows, self._stored.brands) for each in groups
        }

    def _plan(self, filters: ProductFilter) -> SearchPlan | None:
        """How PostgreSQL finds the products of a search."""
        terms = search_terms(filters.search)
        if not terms or self._database.dialect != "postgresql":
            return None
        return self._plans.plan(terms)

    def _rare_filters(
        self,
        counting: FacetCounting,
        plan: SearchPlan | None,
        sampled: Sequence[tuple[FacetGroup, int]],
    ) -> list[Filter]:
        """The filters that few enough products pass for an index, the rarest first.

        Not those by the stock or by bounds of a number, whose products no index finds by category.
        `sampled` are the estimated numbers of products of groups: as many pass their filters.
        """
        filters = counting.filters
        most = min(MAX_COUNTED, int(RARE * self._stored.products))
        passing: dict[Filter, float] = {}
        if filters.brands:
            keys = {facet_key(each) for each in filters.brands}
            found = [self._stored.brands[key] for key in keys if key in self._stored.brands]
            passing["brands"] = sum(each.count for each in found)
        if filters.on_sale:
            passing["on_sale"] = self._stored.totals.on_sale
        if any(not each.has_bounds for each in filters.attributes):
            passing |= self._stored.matching_values(filters.attributes)
        if plan is not None and plan.is_rare:
            passing["search"] = plan.found
        is_counted = {
            "price": filters.min_price is not None or filters.max_price is not None,
            "tags": bool(filters.tags),
            "search": plan is None and bool(filters.search),
        }
        frequent = [group for group, count in sampled if count > most]
        for name, is_set in is_counted.items():
            if not is_set or any(counting.has_filter(each, name) for each in frequent):
                continue
            if name != "price" or not self._has_frequent_prices(counting, most):
                statement = FacetStatements(counting).count_passing(name, most + 1)
                [[passing[name]]] = self._database.fetch(*statement)
        rare = [name for name, count in passing.items() if count <= most]
        return sorted(rare, key=lambda name: passing[name])

    def _has_frequent_prices(self, counting: FacetCounting, most: int) -> bool:
        """Whether certainly more than `most` products are within the prices, without counting them.

        The candidates of the category without filters are all products of the sample. The standard
        error of so many is a tenth.
        """
        if counting.candidates is None:
            return False
        sample = self._candidates.of_any_price(replace(counting, filters=self._whole))
        sampled = len(sample.within(counting.filters, 0))
        return sampled >= MIN_SAMPLED and sampled * counting.factor > 2 * most


def _larger_factor(counting: FacetCounting, least: int) -> int:
    """How many times as large the larger sample is, if a group has about `least` products."""
    if counting.stock_filters:
        # Estimates are of products of any stock, so there may be far fewer.
        return LARGER
    factor = min(2, LARGER)
    while factor < LARGER and least * factor < MIN_IN_LARGER * counting.factor:
        factor *= 2
    return factor


def _not_stored(group: FacetGroup, stored: FacetCounts) -> FacetGroup:
    """What is counted of a group without filters.

    The number of products in stock is not stored, since each order would lock it. Of attributes
    with very many values, not all counts were read.
    """
    return FacetGroup(
        filters=group.filters,
        in_stock=group.in_stock or group.available,
        attributes=tuple(each for each in group.attributes if each.id in stored.estimated),
    )


def _complete(stored: FacetCounts, counted: FacetCounts) -> None:
    """Add what was counted to stored counts."""
    stored.in_stock, stored.available = counted.in_stock, counted.available
    stored.is_stock_exact = counted.is_stock_exact
    stored.ranges = {**stored.ranges, **counted.ranges}
    if counted.is_exact:
        stored.values = {**stored.values, **counted.values}
        stored.estimated = ()


def _parts(products: int, size: int) -> int:
    """The parts of a category that have about `size` products at most, and half as many at least.

    All parts if it has few products.
    """
    parts = SAMPLE_PARTS
    while products > MAX_EXAMINED and products * parts > size * SAMPLE_PARTS:
        parts //= 2
    return parts
