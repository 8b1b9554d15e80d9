"""Filters that no index of PostgreSQL has in the order of a list.

They are compared with each product that is examined in this order. As conditions of the list, they
would make PostgreSQL read products until enough pass them, which can be all, or read all products
that pass them and sort. Some have an index in another order, which shows whether they have few
products: then these are read and sorted.
"""

from collections.abc import Sequence
from typing import Final

from novacart.adapters.persistence.catalog.list_conditions import brand_keys, stock_filters
from novacart.adapters.persistence.catalog.list_order import is_by_price
from novacart.application.catalog.queries import ProductFilter, ProductSort

SOLD_OUT: Final = "in_stock"
"""The one of the `few_filters` that selects default variants that are sold out."""

# Pairs of a brand and a category. A plan of 64 parts has 2 MB in each connection.
MAX_PAIRS: Final = 64


def unindexed_filters(filters: ProductFilter, sort: ProductSort, branch: int) -> set[str]:
    """Their names, as in `facet_conditions`, and `listed`: whether the category is shown.

    `branch` is the number of categories of the list, 0 without one.
    """
    has_prices = filters.min_price is not None or filters.max_price is not None
    has_range = bool(filters.brands)
    unindexed = set(stock_filters(filters))
    if is_by_price(sort):
        has_range = has_range or has_prices
    elif has_prices:
        unindexed.add("price")
    if has_range and not branch:
        # In a range, PostgreSQL would read all of an index that has the category.
        unindexed.add("listed")
    has_pairs = bool(filters.brands) and branch * len(brand_keys(filters)) <= MAX_PAIRS
    if filters.brands and not has_pairs:
        unindexed.add("brands")
    if filters.on_sale is not None and (has_pairs or not filters.on_sale):
        unindexed.add("on_sale")
    return unindexed


def few_filters(filters: ProductFilter, sort: ProductSort, branch: int) -> Sequence[str]:
    """The unindexed filters that an index has in another order."""
    unindexed = unindexed_filters(filters, sort, branch)
    few: list[str] = [each for each in ("price", "brands") if each in unindexed]
    if "on_sale" in unindexed and filters.on_sale:
        few.append("on_sale")
    if False in stock_filters(filters).values():
        few.append(SOLD_OUT)
    return few
