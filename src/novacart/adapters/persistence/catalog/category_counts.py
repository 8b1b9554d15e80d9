"""Stored counts of a category or of the whole shop, which its facets have in common."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, select

from novacart.adapters.persistence.catalog.brand_counts import counts_in, spellings, total
from novacart.adapters.persistence.catalog.category_branches import IS_SHOWN, category_of
from novacart.adapters.persistence.catalog.facet_counting import Filter
from novacart.adapters.persistence.catalog.facet_rows import add_values
from novacart.adapters.persistence.catalog.stored_facets import (
    stored_bounds,
    stored_numbers,
    stored_values,
)
from novacart.adapters.persistence.catalog.tables import brand_counts, categories
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, Row
from novacart.application.catalog.facets import ChildCategory, FacetCounts, FacetGroup
from novacart.application.catalog.queries import (
    MAX_FACET_VALUES,
    AttributeView,
    BrandCount,
    CatalogQueries,
    PriceRange,
)
from novacart.application.catalog.search import merge_brands
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeType
from novacart.domain.shared.ids import AttributeId, CategoryId

MAX_STORED_VALUES: Final = 5_000
"""The most stored values of an attribute that are read, but at least `MAX_FACET_VALUES` of each
category. The number of products that have a value is estimated if there are more."""

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


class CategoryCounts:
    """What does not depend on the filters of a list is read once, when it is first needed.

    `branch` are the shown categories of the branch, all without a category, and `children` the
    first level below it.
    """

    def __init__(self, database: Database, queries: CatalogQueries, category: str | None) -> None:
        self._database = database
        self._queries = queries
        self._category = category
        self.branch, self.children = _child_categories(database, category)
        self._bounds: dict[AttributeId, tuple[int, int]] = {}
        self._numbers: dict[tuple[AttributeCondition, ...], dict[Filter, float]] = {}

    def of_group(self, group: FacetGroup) -> FacetCounts:
        """The counts of a group without filters."""
        counts = replace(self.totals) if group.totals or group.on_sale else FacetCounts()
        if group.brands:
            counts.brands = [(key, each.title, each.count) for key, each in self.brands.items()]
        if group.price:
            self._set_prices(counts)
        if group.attributes:
            add_values(counts, group, self._values(group.attributes), 1)
        return counts

    @cached_property
    def totals(self) -> FacetCounts:
        """The numbers of products and of those on sale."""
        rows = self._fetch(_TOTALS, _TOTALS_OF_BRANCH)
        return FacetCounts(
            count=sum(row[1] for row in rows),
            on_sale=sum(row[2] for row in rows),
            categories={CategoryId(row[0]): row[1] for row in rows},
        )

    @cached_property
    def brands(self) -> Mapping[str, BrandCount]:
        """The brands by their keys."""
        spellings = self._fetch(_SPELLINGS, _SPELLINGS_OF_BRANCH)
        return merge_brands((row[0], row[1], row[2]) for row in spellings)

    @cached_property
    def products(self) -> int:
        """The number of products."""
        return sum(each.count for each in self.brands.values())

    def matching_values(self, conditions: tuple[AttributeCondition, ...]) -> Mapping[Filter, float]:
        """The numbers of products that match conditions, without those that have bounds."""
        if conditions not in self._numbers:
            statement = stored_numbers(self._database.dialect, self.branch, conditions)
            rows = self._database.fetch(*statement)
            self._numbers[conditions] = {conditions[place]: count for place, count in rows}
        return self._numbers[conditions]

    def widen(self, sampled: Sequence[tuple[FacetGroup, FacetCounts]]) -> None:
        """Replace the lowest and highest prices and numbers of samples, which miss them.

        They are those of the category, which does not apply the filters.
        """
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
            statement = stored_bounds(self._database.dialect, self.branch, unknown)
            for id_, lowest, highest in self._database.fetch(*statement):
                # A product can get the first number while the bounds are kept.
                if lowest is not None:
                    self._bounds[id_] = lowest, highest
        for _, counts in sampled:
            counts.ranges = {
                each: (count, *self._bounds.get(each, (lowest, highest)))
                for each, (count, lowest, highest) in counts.ranges.items()
            }

    def _set_prices(self, counts: FacetCounts) -> None:
        counts.lowest_price = self._prices.min_price.amount
        counts.highest_price = self._prices.max_price.amount

    @cached_property
    def _prices(self) -> PriceRange:
        return self._queries.price_range(self._category)

    def _values(self, attributes: Sequence[AttributeView]) -> Sequence[Row]:
        most = max(MAX_STORED_VALUES // max(len(self.branch), 1), MAX_FACET_VALUES)
        return self._database.fetch(
            *stored_values(self._database.dialect, self.branch, attributes, most=most)
        )

    def _fetch(self, of_all: DriverStatement, of_branch: DriverStatement) -> Sequence[Row]:
        if self._category is None:
            return self._database.fetch(of_all)
        return self._database.fetch(of_branch, {"category": self._category})


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
