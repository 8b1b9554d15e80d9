"""Conditions of lists of products on columns of products and their stock, and their parameters.

Those on words are in `search_conditions`, on attributes in `attribute_conditions`, and on tags in
`tagged_products`.
"""

from collections.abc import Sequence
from operator import ge, le
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
)
from sqlalchemy.dialects.postgresql import array

from novacart.adapters.persistence.catalog.attribute_conditions import condition_parameters
from novacart.adapters.persistence.catalog.category_branches import HIDDEN, leaf
from novacart.adapters.persistence.catalog.mapper import (
    IS_AVAILABLE,
    IS_IN_STOCK,
    IS_SOLD_OUT,
    has_available_variant,
)
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.keyset import is_one_of
from novacart.application.catalog.queries import ProductFilter
from novacart.application.search_terms import facet_key

IS_ACTIVE: Final = products.c.archived_at.is_(None)
# Products of an inactive category can still be opened and ordered, but they are not listed.
IS_LISTED: Final = and_(
    IS_ACTIVE,
    # Without OR, so that SQLite keeps to the index of the list's order.
    func.coalesce(products.c.category_id, 0).not_in(HIDDEN),
)


def is_in_category(
    dialect: str, filters: ProductFilter, branch: Sequence[ColumnElement[int]]
) -> ColumnElement[bool]:
    """Whether a product is listed, and in the category of the list.

    `branch` are the categories of the list. Without them, it has no products if categories are
    below that of the filters.
    """
    slug = filters.category
    if slug is None:
        return IS_LISTED
    if branch:
        return and_(IS_ACTIVE, is_one_of(products.c.category_id, branch))
    category_id = leaf(bindparam("category", slug, type_=Text)).scalar_subquery()
    if dialect == "postgresql":
        # An array has no single value for the planner, so only indexes that begin with the category
        # have the order of category, sort key and id. For an equation it could read the newest
        # products of the whole shop, which follow each other in the table, until enough are in the
        # category.
        return and_(IS_ACTIVE, products.c.category_id == any_(array([category_id])))
    return and_(IS_ACTIVE, products.c.category_id == category_id)


def stock_filters(filters: ProductFilter) -> dict[str, bool]:
    """The filters by stock that are set, and whether products in stock are wanted."""
    wanted = {"in_stock": filters.in_stock, "available": filters.available}
    return {name: each for name, each in wanted.items() if each is not None}


def facet_conditions(
    filters: ProductFilter, *, by_product: bool = False
) -> dict[str, ColumnElement[bool]]:
    """The conditions on columns of a product, each by the name of the facet that ignores it.

    Those of `in_stock` and `available` need a join with `stock_levels`. With `by_product`, they
    have a form that no index has, for statements that look up the stock of one product after the
    other: PostgreSQL would read all variants that are sold out for each product, if there were few
    when it analyzed them.
    """
    is_in_stock, is_sold_out = IS_IN_STOCK, IS_SOLD_OUT
    if by_product:
        is_in_stock = stock_levels.c.on_hand > stock_levels.c.reserved
        is_sold_out = stock_levels.c.on_hand <= stock_levels.c.reserved
    conditions: dict[str, ColumnElement[bool]] = {}
    if filters.brands:
        conditions["brands"] = is_one_of(products.c.brand_key, brand_keys(filters))
    if bounds := price_bounds(filters, products.c.price_minor):
        conditions["price"] = and_(*bounds)
    if filters.in_stock is not None:
        conditions["in_stock"] = is_in_stock if filters.in_stock else is_sold_out
    if filters.available is not None:
        conditions["available"] = IS_AVAILABLE if filters.available else _unavailable(is_sold_out)
    if filters.on_sale is not None:
        is_on_sale = products.c.is_on_sale
        conditions["on_sale"] = is_on_sale if filters.on_sale else ~is_on_sale
    return conditions


def _unavailable(is_sold_out: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether no variant of `products`, joined with `stock_levels`, can be ordered now."""
    # CASE, so that PostgreSQL reads the other variants only of those whose default one is sold out.
    return and_(is_sold_out, case((is_sold_out, ~has_available_variant(products)), else_=false()))


def price_bounds(filters: ProductFilter, price: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Whether a price is within each bound of a filter."""
    limits = zip(price_limits(filters), (ge, le), strict=True)
    return [is_within(price, limit) for limit, is_within in limits if limit is not None]


def price_limits(
    filters: ProductFilter,
) -> tuple[ColumnElement[int] | None, ColumnElement[int] | None]:
    """The lowest and the highest price of a filter, as parameters."""
    bounds = {"min_price": filters.min_price, "max_price": filters.max_price}
    lowest, highest = (
        None if bound is None else bindparam(name, bound.amount, type_=BigInteger)
        for name, bound in bounds.items()
    )
    return lowest, highest


def brand_keys(filters: ProductFilter) -> list[ColumnElement[str]]:
    """The keys of the brands, as parameters."""
    parameters = _brand_parameters(filters)
    return [bindparam(name, key, type_=Text) for name, key in parameters.items()]


def _brand_parameters(filters: ProductFilter) -> dict[str, object]:
    keys = dict.fromkeys(facet_key(brand) for brand in filters.brands)
    return {f"brand_{number}": key for number, key in enumerate(keys)}


def tag_parameters(filters: ProductFilter) -> dict[str, object]:
    """The parameters of a condition on tags, one for each key."""
    keys = dict.fromkeys(facet_key(tag) for tag in filters.tags)
    return {f"tag_{number}": key for number, key in enumerate(keys)}


def filter_parameters(filters: ProductFilter) -> dict[str, object]:
    """The parameters of conditions on products, without category and search."""
    parameters: dict[str, object] = {**_brand_parameters(filters), **tag_parameters(filters)}
    if filters.min_price is not None:
        parameters["min_price"] = filters.min_price.amount
    if filters.max_price is not None:
        parameters["max_price"] = filters.max_price.amount
    return parameters | condition_parameters(filters.attributes)
