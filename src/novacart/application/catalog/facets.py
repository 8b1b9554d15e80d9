"""Facets of a list of products, from counts of products.

The counts of a facet apply all filters but its own, so that customers see what another choice
would list. Facets whose own filter is not set share their counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from novacart.application.catalog.queries import (
    MAX_FACET_VALUES,
    AttributeFacet,
    AttributeView,
    CategoryCount,
    PriceRange,
    ProductFacets,
    ProductFilter,
    ValueCount,
)
from novacart.application.catalog.search import merge_brands
from novacart.domain.catalog.attribute_details import AttributeType, AttributeValue
from novacart.domain.shared.ids import AttributeId, CategoryId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetGroup:
    """The facets that are counted with the same filters.

    `totals`: the number of products of the list and of those in its categories.
    """

    filters: ProductFilter
    totals: bool = False
    brands: bool = False
    price: bool = False
    on_sale: bool = False
    in_stock: bool = False
    available: bool = False
    attributes: tuple[AttributeView, ...] = ()

    @property
    def counts_more_than_stock(self) -> bool:
        return self.totals or self.brands or self.price or self.on_sale or bool(self.attributes)

    @property
    def counts_only_prices(self) -> bool:
        """Whether only its lowest and highest price are shown."""
        return self == FacetGroup(filters=self.filters, price=True)


@dataclass(slots=True, kw_only=True)
class FacetCounts:
    """The counts of a group; those of other facets are empty. Prices are in minor units.

    `brands` are (key, spelling, number of products). `ranges` are (number of products that have a
    value, lowest number, highest number). Counts that are not exact are estimates, and so are those
    of the attributes in `estimated`.
    """

    count: int = 0
    categories: Mapping[CategoryId, int] = field(default_factory=dict)
    brands: Sequence[tuple[str, str, int]] = ()
    lowest_price: int | None = None
    highest_price: int | None = None
    on_sale: int = 0
    in_stock: int = 0
    available: int = 0
    values: Mapping[AttributeId, Mapping[AttributeValue, int]] = field(default_factory=dict)
    ranges: Mapping[AttributeId, tuple[int, int, int]] = field(default_factory=dict)
    is_exact: bool = True
    is_stock_exact: bool = True
    estimated: Sequence[AttributeId] = ()

    def is_attribute_exact(self, attribute_id: AttributeId) -> bool:
        return self.is_exact and attribute_id not in self.estimated


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCategory:
    """A category in that of the list, with the ids of its branch."""

    name: str
    slug: str
    branch: frozenset[CategoryId]


def product_facets(
    filters: ProductFilter,
    attributes: Sequence[AttributeView],
    children: Sequence[ChildCategory],
    *,
    currency: str,
    counts: Callable[[Sequence[FacetGroup]], Sequence[FacetCounts]],
) -> ProductFacets:
    """The facets of a list with these filters.

    `attributes` are those of its category. `counts` counts groups, of which the first has all
    filters.
    """
    shown = [each for each in attributes if each.details.is_filterable]
    own_filters = {
        "brands": replace(filters, brands=()),
        "price": replace(filters, min_price=None, max_price=None),
        "on_sale": replace(filters, on_sale=None),
        "in_stock": replace(filters, in_stock=None),
        "available": replace(filters, available=None),
    }
    of_attribute = {each.id: _without(filters, each.id) for each in shown}
    groups = [
        FacetGroup(
            filters=each,
            totals=each == filters,
            **{name: own == each for name, own in own_filters.items()},
            attributes=tuple(one for one in shown if of_attribute[one.id] == each),
        )
        for each in dict.fromkeys([filters, *own_filters.values(), *of_attribute.values()])
    ]
    counted = {
        group.filters: of_group for group, of_group in zip(groups, counts(groups), strict=True)
    }
    of_list = counted[filters]
    brands = merge_brands(counted[own_filters["brands"]].brands)
    prices = counted[own_filters["price"]]
    return ProductFacets(
        count=of_list.count,
        brands=sorted(brands.values(), key=lambda brand: (brand.title.casefold(), brand.title)),
        categories=[
            CategoryCount(
                child.name,
                child.slug,
                sum(of_list.categories.get(each, 0) for each in child.branch),
            )
            for child in children
        ],
        price=PriceRange(
            min_price=Money(prices.lowest_price or 0, currency),
            max_price=Money(prices.highest_price or 0, currency),
        ),
        on_sale=counted[own_filters["on_sale"]].on_sale,
        in_stock=counted[own_filters["in_stock"]].in_stock,
        available=counted[own_filters["available"]].available,
        attributes=[_facet(each, counted[of_attribute[each.id]]) for each in shown],
        estimated=[
            name
            for name, is_exact in {
                "count": of_list.is_exact,
                "categories": of_list.is_exact,
                "brands": counted[own_filters["brands"]].is_exact,
                "on_sale": counted[own_filters["on_sale"]].is_exact,
                "price": prices.is_exact,
                "in_stock": counted[own_filters["in_stock"]].is_stock_exact,
                "available": counted[own_filters["available"]].is_stock_exact,
                **{
                    each.details.field: counted[of_attribute[each.id]].is_attribute_exact(each.id)
                    for each in shown
                },
            }.items()
            if not is_exact
        ],
    )


def _without(filters: ProductFilter, attribute_id: AttributeId) -> ProductFilter:
    others = tuple(each for each in filters.attributes if each.attribute_id != attribute_id)
    return replace(filters, attributes=others)


def _facet(attribute: AttributeView, counts: FacetCounts) -> AttributeFacet:
    details = attribute.details
    count, lowest, highest = counts.ranges.get(attribute.id, (0, 0, 0))
    if details.type is AttributeType.NUMBER:
        return AttributeFacet(
            attribute=attribute,
            count=count,
            lowest=_number(attribute, lowest) if count else None,
            highest=_number(attribute, highest) if count else None,
        )
    of_values = counts.values.get(attribute.id, {})
    if details.type is AttributeType.CHOICE:
        values: list[AttributeValue] = [choice.id for choice in details.choices]
    elif details.type is AttributeType.BOOLEAN:
        values = [1, 0]
    else:
        values = sorted(of_values, key=lambda value: (-of_values[value], value))
    shown = [(details.shown(value), of_values.get(value, 0)) for value in values]
    return AttributeFacet(
        attribute=attribute,
        count=count,
        values=[
            ValueCount(value, count_of_value)
            for value, count_of_value in shown[:MAX_FACET_VALUES]
            if value is not None and count_of_value
        ],
    )


def _number(attribute: AttributeView, number: int) -> int | float:
    shown = attribute.details.shown(number)
    assert isinstance(shown, int | float)  # noqa: S101 (of a number)
    return shown
