"""Counts of products by what customers can filter by.

Those of a category without other filters are sums of stored counts. Others are counted product by
product; if the category has many, those of a sample of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, select

from novacart.adapters.persistence.catalog.brand_counts import counts_in, spellings, total
from novacart.adapters.persistence.catalog.category_branches import IS_SHOWN, category_of
from novacart.adapters.persistence.catalog.facet_candidates import RecentCandidates
from novacart.adapters.persistence.catalog.facet_counting import FacetCounting, Filter
from novacart.adapters.persistence.catalog.facet_rows import add_values
from novacart.adapters.persistence.catalog.facet_statements import FacetStatements
from novacart.adapters.persistence.catalog.search_plan import SearchPlan, SearchPlans
from novacart.adapters.persistence.catalog.stored_facets import (
    stored_bounds,
    stored_numbers,
    stored_values,
)
from novacart.adapters.persistence.catalog.tables import SAMPLE_PARTS, brand_counts, categories
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, Row
from novacart.application.catalog.facets import ChildCategory, FacetCounts, FacetGroup
from novacart.application.catalog.queries import (
    MAX_FACET_VALUES,
    AttributeView,
    BrandCount,
    CatalogQueries,
    PriceRange,
    ProductFilter,
)
from novacart.application.catalog.search import merge_brands
from novacart.application.search_terms import facet_key, search_terms
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeType
from novacart.domain.shared.ids import AttributeId, CategoryId

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

MAX_STORED_VALUES: Final = 5_000
"""The most stored values of an attribute that are read, but at least `MAX_FACET_VALUES` of each
category. The number of products that have a value is estimated if there are more."""

LARGER: Final = 4
"""How many times as many products a larger sample has."""

_SLUG: Final = bindparam("category", type_=Text)


def _select_totals(slug: ColumnElement[str] | None) -> Select[*tuple[Any, ...]]:
    """Select the numbers of products and of those on sale by category."""
    category_id = brand_counts.c.category_id
    return (
        select(category_id, total(brand_counts.c.products), total(brand_counts.c.on_sale))
        .where(counts_in(slug))
        .group_by(category_id)
    )


_TOTALS: Final = DriverStatement(_select_totals(None))
_TOTALS_OF_BRANCH: Final = DriverStatement(_select_totals(_SLUG), generic_plan=True)
_SPELLINGS: Final = DriverStatement(spellings(None))
_SPELLINGS_OF_BRANCH: Final = DriverStatement(spellings(_SLUG), generic_plan=True)


def _select_categories(slug: ColumnElement[str] | None) -> Select[*tuple[Any, ...]]:
    statement = (
        select(
            categories.c.id,
            categories.c.parent_id,
            categories.c.name,
            categories.c.slug,
            categories.c.path,
        )
        .where(IS_SHOWN)
        .order_by(categories.c.position, categories.c.id)
    )
    if slug is None:
        return statement
    root = categories.alias("root")
    is_below = categories.c.path.startswith(root.c.path + cast(root.c.id, Text) + "/")
    return statement.join(root, (categories.c.id == root.c.id) | is_below).where(
        root.c.id == category_of(slug)
    )


_CATEGORIES: Final = DriverStatement(_select_categories(None))
_CATEGORIES_OF_BRANCH: Final = DriverStatement(_select_categories(_SLUG), generic_plan=True)


class SqlFacetCounts:
    """Counts of the products of lists of a category, or of the whole shop.

    What does not depend on the filters of a list is read once.
    """

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
        self._queries = queries
        self._plans = plans
        self._candidates = candidates
        self._category = category
        # The shown categories of the branch, all without a category, and the first level below it.
        self._branch, self.children = _child_categories(database, category)
        self._bounds: dict[AttributeId, tuple[int, int]] = {}
        self._numbers: dict[tuple[AttributeCondition, ...], dict[Filter, float]] = {}

    def __call__(self, groups: Sequence[FacetGroup]) -> Sequence[FacetCounts]:
        """The counts of groups, of which the first has all filters."""
        whole = ProductFilter(category=self._category)
        stored: dict[ProductFilter, FacetCounts] = {}
        to_count = []
        for group in groups:
            if group.filters != whole:
                to_count.append(group)
                continue
            stored[whole] = self._stored(group)
            rest = _not_stored(group, stored[whole])
            if rest.in_stock or rest.attributes:
                to_count.append(rest)
        counted = self._counted(groups[0].filters, to_count)
        if whole in stored and whole in counted:
            _complete(stored[whole], counted[whole])
        return [(counted | stored)[each.filters] for each in groups]

    def _stored(self, group: FacetGroup) -> FacetCounts:
        """The stored counts of a category, which has no other filters."""
        counts = replace(self._totals) if group.totals or group.on_sale else FacetCounts()
        if group.brands:
            counts.brands = [(key, each.title, each.count) for key, each in self._brands.items()]
        if group.price:
            self._set_prices(counts)
        if group.attributes:
            add_values(counts, group, self._stored_values(group.attributes), 1)
        return counts

    def _set_prices(self, counts: FacetCounts) -> None:
        """Set the lowest and the highest price of the category."""
        counts.lowest_price = self._prices.min_price.amount
        counts.highest_price = self._prices.max_price.amount

    @cached_property
    def _prices(self) -> PriceRange:
        return self._queries.price_range(self._category)

    @cached_property
    def _totals(self) -> FacetCounts:
        """Those of the category without filters."""
        rows = self._of_category(_TOTALS, _TOTALS_OF_BRANCH)
        return FacetCounts(
            count=sum(row[1] for row in rows),
            on_sale=sum(row[2] for row in rows),
            categories={CategoryId(row[0]): row[1] for row in rows},
        )

    @cached_property
    def _brands(self) -> Mapping[str, BrandCount]:
        spellings = self._of_category(_SPELLINGS, _SPELLINGS_OF_BRANCH)
        return merge_brands((row[0], row[1], row[2]) for row in spellings)

    @cached_property
    def _products(self) -> int:
        """The number of products of the category."""
        return sum(each.count for each in self._brands.values())

    def _of_category(self, of_all: DriverStatement, of_branch: DriverStatement) -> Sequence[Row]:
        if self._category is None:
            return self._database.fetch(of_all)
        return self._database.fetch(of_branch, {"category": self._category})

    def _stored_values(self, attributes: Sequence[AttributeView]) -> Sequence[Row]:
        most = max(MAX_STORED_VALUES // max(len(self._branch), 1), MAX_FACET_VALUES)
        return self._database.fetch(
            *stored_values(self._database.dialect, self._branch, attributes, most=most)
        )

    def _counted(
        self, filters: ProductFilter, groups: Sequence[FacetGroup]
    ) -> dict[ProductFilter, FacetCounts]:
        """The counts of groups by their filters. `filters` are all filters."""
        if not groups or (filters.search.strip() and not search_terms(filters.search)):
            return {each.filters: FacetCounts() for each in groups}
        plan = self._plan(filters)
        has_stock_filter = filters.in_stock is not None or filters.available is not None
        is_small = has_stock_filter or not any(each.counts_more_than_stock for each in groups)
        counting = FacetCounting(
            dialect=self._database.dialect,
            filters=filters,
            groups=tuple(groups),
            branch=self._branch,
            indexed=plan.indexed if plan is not None else "",
        )
        counting = self._of_sample(counting, is_small=is_small)
        if not counting.is_sample:
            return self._fetch(counting)
        # A sample misses the lowest and highest prices, so these groups are not counted in it.
        only_prices = tuple(each for each in groups if each.counts_only_prices)
        sampled = tuple(each for each in groups if each not in only_prices)
        counted = {each.filters: FacetCounts(is_exact=False) for each in only_prices}
        counting = self._candidates.added_to(replace(counting, groups=sampled))
        fewest = min(MIN_SAMPLED * counting.factor, MAX_COUNTED)
        estimates = counting.estimates()
        enough = tuple(each for each in sampled if estimates.get(each.filters, fewest) >= fewest)
        if enough:
            counted |= self._fetch(replace(counting, groups=enough))
            estimates |= {each.filters: counted[each.filters].count for each in enough}
        few = [each for each in sampled if estimates[each.filters] < fewest]
        if few:
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
                larger = self._of_sample(larger, is_small=is_small, factor=LARGER)
                missing = few if larger.is_sample else [*few, *only_prices]
                others = tuple(each for each in missing if each not in found)
                counted |= self._fetch(replace(larger, groups=others))
        self._widen([(each, counted[each.filters]) for each in groups])
        return counted

    def _of_sample(
        self, counting: FacetCounting, *, is_small: bool, factor: int = 1
    ) -> FacetCounting:
        """Examine a sample, of `factor` times the usual size; all of few products.

        With `is_small`, the stock of all products that are examined is read.
        """
        stock_parts = _parts(self._products, STOCK_SAMPLE_SIZE * factor)
        parts = stock_parts if is_small else _parts(self._products, SAMPLE_SIZE * factor)
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
        return known | {each.filters: counting.counts(each, rows, self._brands) for each in groups}

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
        most = min(MAX_COUNTED, int(RARE * self._products))
        passing: dict[Filter, float] = {}
        if filters.brands:
            keys = {facet_key(each) for each in filters.brands}
            found = [self._brands[key] for key in keys if key in self._brands]
            passing["brands"] = sum(each.count for each in found)
        if filters.on_sale:
            passing["on_sale"] = self._totals.on_sale
        if any(not each.has_bounds for each in filters.attributes):
            passing |= self._stored_numbers(filters.attributes)
        if plan is not None and plan.is_rare:
            passing["search"] = plan.found
        is_counted = {
            "price": filters.min_price is not None or filters.max_price is not None,
            "tags": bool(filters.tags),
            "search": plan is None and bool(filters.search),
        }
        frequent = [group for group, count in sampled if count > most]
        for name, is_set in is_counted.items():
            if is_set and not any(counting.has_filter(each, name) for each in frequent):
                statement = FacetStatements(counting).count_passing(name, most + 1)
                [[passing[name]]] = self._database.fetch(*statement)
        rare = [name for name, count in passing.items() if count <= most]
        return sorted(rare, key=lambda name: passing[name])

    def _stored_numbers(self, conditions: tuple[AttributeCondition, ...]) -> Mapping[Filter, float]:
        """The numbers of products that match conditions, without those that have bounds."""
        if conditions not in self._numbers:
            statement = stored_numbers(self._database.dialect, self._branch, conditions)
            rows = self._database.fetch(*statement)
            self._numbers[conditions] = {conditions[place]: count for place, count in rows}
        return self._numbers[conditions]

    def _widen(self, counted: Sequence[tuple[FacetGroup, FacetCounts]]) -> None:
        """Replace the lowest and highest prices and numbers of samples, which miss them.

        They are those of the category, which does not apply the filters.
        """
        sampled = [(group, counts) for group, counts in counted if not counts.is_exact]
        for group, counts in sampled:
            if group.price:
                self._set_prices(counts)
        numbers = [
            each
            for group, _ in sampled
            for each in group.attributes
            if each.details.type is AttributeType.NUMBER
        ]
        unknown = [each for each in numbers if each.id not in self._bounds]
        if unknown:
            statement = stored_bounds(self._database.dialect, self._branch, unknown)
            for id_, lowest, highest in self._database.fetch(*statement):
                # A product can get the first number while the bounds are kept.
                if lowest is not None:
                    self._bounds[id_] = lowest, highest
        for _, counts in sampled:
            counts.ranges = {
                each: (count, *self._bounds.get(each, (lowest, highest)))
                for each, (count, lowest, highest) in counts.ranges.items()
            }


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


def _child_categories(
    database: Database, category: str | None
) -> tuple[Sequence[CategoryId], Sequence[ChildCategory]]:
    if category is None:
        rows = database.fetch(_CATEGORIES)
    else:
        rows = database.fetch(_CATEGORIES_OF_BRANCH, {"category": category})
    parent_id = None
    if category is not None:
        # The path of the category itself is the shortest one.
        parent_id = min(rows, key=lambda row: len(row[4]))[0] if rows else 0
    branches: dict[int, list[CategoryId]] = defaultdict(list)
    for row in rows:
        for above in [*map(int, row[4].split("/")[:-1]), row[0]]:
            branches[above].append(CategoryId(row[0]))
    children = [
        ChildCategory(name=row[2], slug=row[3], branch=frozenset(branches[row[0]]))
        for row in rows
        if row[1] == parent_id
    ]
    return [CategoryId(row[0]) for row in rows], children
