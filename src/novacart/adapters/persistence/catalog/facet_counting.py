"""What is counted for the facets of a list, and the counts in the rows that are read.

A facet ignores its own filter. So the products of a category are examined once for all facets, and
each product gets a number with a bit for each filter that it fails. A product that fails no filter
is counted by all facets, and one that fails a single filter by the facet that ignores it.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from novacart.adapters.persistence.catalog.facet_rows import RowKind, add_values
from novacart.adapters.persistence.catalog.list_conditions import stock_filters
from novacart.adapters.persistence.catalog.tables import SAMPLE_PARTS
from novacart.adapters.persistence.statements import Row
from novacart.application.catalog.facets import FacetCounts, FacetGroup
from novacart.application.catalog.queries import BrandCount, ProductFilter
from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.shared.ids import CategoryId

Filter = str | AttributeCondition
"""A filter of a list: the name of its facet, `search`, `tags`, or a condition on an attribute."""

# Those that no facet ignores.
_BASE_FILTERS: Final = ("search", "tags")


@dataclass(frozen=True, slots=True)
class Candidates:
    """The products that facets of any price and stock can count, by price.

    Ids and prices, in minor units, are by the bit of the filter that the products fail, or 0.
    """

    ids: Mapping[int, Sequence[int]]
    prices: Mapping[int, Sequence[int]]

    def within(self, filters: ProductFilter, bit: int) -> Sequence[int]:
        """The ids of those within the prices of the filters."""
        prices = self.prices.get(bit, ())
        lowest, highest = filters.min_price, filters.max_price
        first = 0 if lowest is None else bisect_left(prices, lowest.amount)
        end = None if highest is None else bisect_right(prices, highest.amount)
        return self.ids.get(bit, ())[first:end]


@dataclass(frozen=True, kw_only=True)
class FacetCounting:
    """What one statement counts: products for groups of facets.

    `filters` are those of the list, and `branch` its categories, of which `parts` of
    `SAMPLE_PARTS` are examined; of `stock_parts` of them the stock is counted. With `found_by`,
    the products that pass one of these filters are found by indexes and examined instead, those of
    a search by its condition `indexed`. Each group must have one of these filters. With
    `looks_up_values`, values of attributes are looked up for each product that is counted, which
    is quicker if few are. With `candidates`, only these are examined, which were found some seconds
    before. Groups of which a smaller sample has enough products are those of `smaller`: a product
    that only they count is of that sample, and is counted several times.
    """

    dialect: str
    filters: ProductFilter
    groups: tuple[FacetGroup, ...]
    branch: Sequence[CategoryId]
    parts: int = SAMPLE_PARTS
    stock_parts: int = SAMPLE_PARTS
    found_by: tuple[Filter, ...] = ()
    indexed: str = ""
    looks_up_values: bool = False
    candidates: Candidates | None = None
    smaller: "FacetCounting | None" = None

    def finding(self, found_by: Sequence[Filter], groups: Sequence[FacetGroup]) -> "FacetCounting":
        """Count all products that pass the filters of some of the groups."""
        return replace(
            self,
            groups=tuple(groups),
            parts=SAMPLE_PARTS,
            stock_parts=SAMPLE_PARTS,
            found_by=tuple(found_by),
            # Of all products that are found, anyway.
            looks_up_values=False,
        )

    @property
    def is_sample(self) -> bool:
        return self.parts < SAMPLE_PARTS

    @property
    def has_candidates(self) -> bool:
        """Whether facets of another price need not look up values, words or tags again.

        Not among all products of a category, unless few are counted: the values of candidates are
        looked up for each.
        """
        filters = self.filters
        return (
            self.dialect == "postgresql"
            and (self.is_sample or self.looks_up_values)
            and "price" in self.bits
            and bool(filters.attributes or filters.search or filters.tags)
        )

    def of_any_price(self) -> "FacetCounting":
        """The same products at any price and stock, without groups."""
        filters = replace(
            self.filters, min_price=None, max_price=None, in_stock=None, available=None
        )
        return replace(self, filters=filters, groups=(), looks_up_values=True, candidates=None)

    def known_prices(self) -> dict[ProductFilter, FacetCounts]:
        """The lowest and highest prices of groups that need no more than the candidates'."""
        found = self.candidates
        if found is None or self.is_sample or self.stock_filters:
            return {}
        prices = found.prices.get(0)
        lowest, highest = (prices[0], prices[-1]) if prices else (None, None)
        return {
            each.filters: FacetCounts(lowest_price=lowest, highest_price=highest)
            for each in self.groups
            if each.counts_only_prices
        }

    def has_filter(self, group: FacetGroup, name: Filter) -> bool:
        """Whether the products that a group counts pass a filter of the list."""
        return name in _BASE_FILTERS or name in _ignorable_filters(group.filters)

    @property
    def stock_filters(self) -> dict[str, bool]:
        """The filters by stock that are set, and whether products in stock are wanted."""
        return stock_filters(self.filters)

    @cached_property
    def bits(self) -> dict[Filter, int]:
        """The bit of each filter that a facet ignores."""
        return {name: 1 << number for number, name in enumerate(_ignorable_filters(self.filters))}

    def ignored_bits(self, group: FacetGroup) -> int:
        """The bits of the filters that a group ignores."""
        applied = _ignorable_filters(group.filters)
        return sum(bit for name, bit in self.bits.items() if name not in applied)

    @cached_property
    def counted_bits(self) -> set[int]:
        """The bits of the filters that a product may fail to be counted by a group."""
        return {0, *(self.ignored_bits(each) for each in self.groups)}

    def candidate_ids(self) -> dict[int, Sequence[int]]:
        """The ids of the candidates that a group counts, by their bit."""
        if self.candidates is None:
            return {}
        others = sum(self.bits.get(name, 0) for name in ("price", *self.stock_filters))
        bits = sorted({each & ~others for each in self.counted_bits})
        ids = {bit: self.candidates.within(self._prices, bit) for bit in bits}
        of_smaller = self.smaller.candidate_ids() if self.smaller is not None else {}
        return ids | {bit: of_smaller[bit] for bit in self.weights}

    @cached_property
    def weights(self) -> dict[int, int]:
        """How many times each product is counted that fails a filter, by the bit of the filter.

        Only filters whose products are of the smaller sample; others are counted once.
        """
        if self.smaller is None:
            return {}
        weight = self.smaller.factor // self.factor
        smaller = self.smaller.groups
        own = {0, *(self.ignored_bits(each) for each in self.groups if each not in smaller)}
        return dict.fromkeys(sorted(self.smaller.counted_bits - own), weight)

    @property
    def _prices(self) -> ProductFilter:
        """The prices of the products that the groups count."""
        if all(self.has_filter(each, "price") for each in self.groups):
            return self.filters
        return ProductFilter()

    def estimates(self) -> dict[ProductFilter, int]:
        """The most products that groups count, by their filters; empty without candidates.

        The stock is not known.
        """
        if self.candidates is None:
            return {}
        each_group = [replace(self, groups=(each,)) for each in self.groups]
        return {
            each.groups[0].filters: self.factor * sum(map(len, each.candidate_ids().values()))
            for each in each_group
        }

    @property
    def factor(self) -> int:
        """The number of products for which each one of the sample stands."""
        return SAMPLE_PARTS // self.parts

    def counts(
        self, group: FacetGroup, rows: Sequence[Row], brands: Mapping[str, BrandCount]
    ) -> FacetCounts:
        """The counts of a group in the rows that were read. `brands` are all by their keys."""
        factor = self.factor
        stock_factor = SAMPLE_PARTS // min(self.parts, self.stock_parts)
        ignored = self.ignored_bits(group)
        is_exact = not self.is_sample and ignored not in self.weights
        counts = FacetCounts(is_exact=is_exact, is_stock_exact=is_exact)
        of_category: dict[CategoryId, int] = defaultdict(int)
        of_brands = []
        lowest, highest = [], []
        for kind, id_, text, number, products_, low, high in rows:
            if kind == RowKind.TOTALS and id_ in {0, ignored}:
                weight = factor * self.weights.get(id_, 1)
                counts.count += products_ * weight
                counts.on_sale += number * weight
                lowest.append(low)
                highest.append(high)
            elif kind == RowKind.IN_STOCK and id_ in {0, ignored}:
                counts.in_stock += products_ * stock_factor
                counts.available += number * stock_factor
            elif kind == RowKind.CATEGORIES and group.totals:
                of_category[CategoryId(id_)] = products_ * factor
            elif kind == RowKind.BRANDS and group.brands and text in brands:
                of_brands.append((text, brands[text].title, products_ * factor))
        counts.categories, counts.brands = of_category, of_brands
        if group.price:
            counts.lowest_price = min(lowest, default=None)
            counts.highest_price = max(highest, default=None)
        add_values(counts, group, rows, factor)
        return counts


def _ignorable_filters(filters: ProductFilter) -> list[Filter]:
    """The filters that a facet ignores: as in `facet_conditions`, and conditions on attributes.

    Those that candidates can fail are the last, so that the others have the same bits without them.
    """
    are_set: dict[Filter, bool] = {
        "brands": bool(filters.brands),
        "on_sale": filters.on_sale is not None,
        **dict.fromkeys(filters.attributes, True),
        "price": filters.min_price is not None or filters.max_price is not None,
        "in_stock": filters.in_stock is not None,
        "available": filters.available is not None,
    }
    return [name for name, is_set in are_set.items() if is_set]
