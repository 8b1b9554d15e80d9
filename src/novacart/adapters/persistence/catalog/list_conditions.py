"""Conditions of lists of products in SQL, and their parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import ge, le
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ColumnElement,
    FromClause,
    Select,
    Text,
    TextClause,
    and_,
    any_,
    bindparam,
    case,
    column,
    false,
    func,
    literal_column,
    select,
    table,
    text,
    true,
)
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.category_branches import HIDDEN
from novacart.adapters.persistence.catalog.mapper import (
    IS_AVAILABLE,
    IS_IN_STOCK,
    IS_SOLD_OUT,
    has_available_variant,
)
from novacart.adapters.persistence.catalog.tables import (
    product_attributes,
    products,
    stock_levels,
)
from novacart.application.catalog.queries import ProductFilter
from novacart.application.search_terms import facet_key
from novacart.domain.catalog.attribute_details import AttributeCondition

# A score is an integer, so that a cursor can carry it and compare it exactly. Words of the
# title weigh most, then brand and author, then subtitle and description.
_SEARCH: Final = {
    "sqlite": "SELECT rowid AS product_id, {score} AS score FROM product_search"
    " WHERE product_search MATCH :terms",
    # IS TRUE, so that only the first condition is looked up in the index.
    "postgresql": "SELECT product_id, {score} AS score FROM product_search"
    " WHERE words @@ CAST(:indexed AS tsquery) AND (words @@ CAST(:terms AS tsquery)) IS TRUE",
}
_SCORE: Final = {
    "sqlite": "CAST(-1000000 * bm25(product_search, 10.0, 4.0, 1.0) AS INTEGER)",
    "postgresql": "CAST(1000000 * ts_rank('{0.1, 0.1, 0.4, 1.0}', words, "
    "CAST(:terms AS tsquery), 1) AS bigint)",
}
# Sorted first, so that a page by relevance reads only as many products as it needs.
_KNOWN: Final = """
    SELECT product_id, score
    FROM unnest(CAST(:known_ids AS bigint[]), CAST(:known_scores AS bigint[]))
        AS known (product_id, score)
    ORDER BY score DESC, product_id DESC OFFSET 0
"""
IS_ACTIVE: Final = products.c.archived_at.is_(None)
# Products of an inactive category can still be opened and ordered, but they are not listed.
IS_LISTED: Final = and_(
    IS_ACTIVE,
    # Without OR, so that SQLite keeps to the index of the list's order.
    func.coalesce(products.c.category_id, 0).not_in(HIDDEN),
)


@dataclass(frozen=True, slots=True)
class SearchExpression:
    """What products have to match.

    `indexed` is a condition that is part of `terms`, for PostgreSQL to look up in the index; by
    default all of them.
    """

    terms: str
    indexed: str = ""


@dataclass(frozen=True, slots=True)
class KnownMatches:
    """Products that match a search, and their scores: arrays as PostgreSQL writes them."""

    ids: str
    scores: str


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


def condition_parameters(conditions: Sequence[AttributeCondition]) -> dict[str, object]:
    """The parameters of conditions on attributes."""
    parameters: dict[str, object] = {}
    for number, condition in enumerate(conditions):
        parameters |= _attribute_parameters(number, condition)
    return parameters


def _attribute_parameters(number: int, condition: AttributeCondition) -> dict[str, object]:
    prefix = f"attribute_{number}"
    parameters: dict[str, object] = {prefix: condition.attribute_id}
    for place, value in enumerate(condition.values):
        kind = "text" if isinstance(value, str) else "number"
        parameters[f"{prefix}_{kind}_{place}"] = value
    if condition.minimum is not None:
        parameters[f"{prefix}_min"] = condition.minimum
    if condition.maximum is not None:
        parameters[f"{prefix}_max"] = condition.maximum
    return parameters


def value_matches(
    number: int, condition: AttributeCondition, values: FromClause = product_attributes
) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """The attribute of a condition, and whether a value matches it."""
    binds = {
        name: bindparam(name, value, type_=Text if isinstance(value, str) else BigInteger)
        for name, value in _attribute_parameters(number, condition).items()
    }
    prefix = f"attribute_{number}"
    stored = values.c
    attribute_id: ColumnElement[Any] = binds.pop(prefix)
    texts = [bind for name, bind in binds.items() if "_text_" in name]
    if texts:
        return attribute_id, is_one_of(stored.text, texts)
    # So that an index of text and number finds the number.
    conditions: list[ColumnElement[bool]] = [stored.text == literal_column("''")]
    numbers = [bind for name, bind in binds.items() if "_number_" in name]
    if numbers:
        conditions.append(is_one_of(stored.number, numbers))
    elif not condition.has_bounds:
        conditions.append(false())
    if condition.minimum is not None:
        conditions.append(stored.number >= binds[f"{prefix}_min"])
    if condition.maximum is not None:
        conditions.append(stored.number <= binds[f"{prefix}_max"])
    return attribute_id, and_(*conditions)


def is_one_of(
    column: ColumnElement[Any], values: Sequence[ColumnElement[Any]]
) -> ColumnElement[bool]:
    """Whether a column has one of the values."""
    # Equality with a single value lets an index return rows in the order of the list.
    return column == values[0] if len(values) == 1 else column.in_(values)


def search_parameters(dialect: str, search: SearchExpression | KnownMatches) -> dict[str, object]:
    """The parameters of conditions on words, or of the products that match them."""
    if isinstance(search, KnownMatches):
        return {"known_ids": search.ids, "known_scores": search.scores}
    parameters: dict[str, object] = {"terms": search.terms}
    if dialect == "postgresql":
        parameters["indexed"] = search.indexed or search.terms
    return parameters


def words_match(product_id: str, terms: str) -> TextClause:
    """Whether the words of each product match on PostgreSQL, which then reads no other products."""
    match = text(
        # In a subquery, so that a plan for all parameters converts them once.
        "(SELECT words @@ (SELECT CAST(:terms AS tsquery)) FROM product_search"  # noqa: S608 (a column)
        f" WHERE product_search.product_id = {product_id})"
    )
    return match.bindparams(terms=terms)


def matching_words(product_ids: Select[int], terms: str) -> Select[int]:
    """Select those of some products whose words match on PostgreSQL, as `product_id`.

    An array of the ids is read in the order of the index, in a quarter of the time that looking up
    each product takes.
    """
    # IS TRUE, so that the words are not looked up in their index.
    matches = text("(words @@ CAST(:terms AS tsquery)) IS TRUE").bindparams(terms=terms)
    product_id: ColumnClause[int] = column("product_id", BigInteger)
    is_one = product_id == any_(func.array(product_ids.scalar_subquery()))
    return select(product_id).select_from(table("product_search")).where(is_one, matches)


def count_of_matches(terms: str) -> Select[int]:
    """Select the number of listed products that match on PostgreSQL, without other filters.

    Only the matches in hidden categories are looked up as products. Archived products don't match.
    """
    hidden = HIDDEN.subquery("hidden")
    is_not_listed = (
        products.c.category_id == hidden.c.id,
        IS_ACTIVE,
        words_match("products.id", terms),
    )
    # A subquery for each category, since PostgreSQL would read all products instead.
    each = select(products.c.id).where(*is_not_listed).correlate(hidden).offset(0).lateral("each")
    not_listed = select(func.count()).select_from(hidden.join(each, true()))
    matches = text("SELECT count(*) FROM product_search WHERE words @@ CAST(:terms AS tsquery)")
    counted = matches.bindparams(terms=terms).columns(column("count", BigInteger))
    return select(counted.scalar_subquery() - not_listed.scalar_subquery())


def search_matches(
    dialect: str, search: SearchExpression | KnownMatches, *, is_ranked: bool = False
) -> Subquery:
    """The products that a search finds, as `product_id`, with their `score`."""
    sql = _KNOWN
    if isinstance(search, SearchExpression):
        sql = _SEARCH[dialect].replace("{score}", _SCORE[dialect] if is_ranked else "0")
    return (
        text(sql)
        .bindparams(**search_parameters(dialect, search))
        .columns(column("product_id", BigInteger), column("score", BigInteger))
        .subquery("search")
    )
