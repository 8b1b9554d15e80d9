"""Search suggestions: categories, brands and products that match a text."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Select, bindparam, column, select, text, union_all

from novacart.adapters.persistence.catalog.brand_counts import (
    counts_by_category,
    keys_in_ranges,
    spellings,
    term_ranges,
)
from novacart.adapters.persistence.catalog.mapper import PRODUCT_VIEW_COLUMNS, to_product_view
from novacart.adapters.persistence.catalog.product_list_query import IS_LISTED
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import SAMPLE, plan_search
from novacart.adapters.persistence.catalog.tables import (
    brand_counts,
    categories,
    products,
    stock_levels,
)
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.catalog.queries import MAX_SUGGESTIONS, Suggestion, SuggestionType
from novacart.application.catalog.search import MAX_BRANDS, merge_brands
from novacart.application.ports.product_view import ProductView
from novacart.application.search_terms import SearchTerm, index_terms, matches

# Products are taken from this many of the newest matching products, of which some may be in an
# inactive category.
_MAX_MATCHES: Final = 200
# Brands are taken from this many, in the order of the matching term. More begin with one letter
# only in a shop with thousands of brands.
_MAX_CANDIDATES: Final = 500
# The image of a brand is sought in this many products.
_NEWEST_OF_BRAND: Final = 50

_CATEGORIES: Final = DriverStatement(
    select(
        categories.c.id,
        categories.c.name,
        categories.c.slug,
        categories.c.image,
        categories.c.search_text,
    )
    .where(categories.c.is_active)
    .order_by(categories.c.position, categories.c.id)
)


def _products(candidates: str) -> DriverStatement:
    """Select the newest listed products of the candidates, a statement that selects ids."""
    newest = text(f"{candidates} LIMIT {_MAX_MATCHES}").columns(column("product_id", BigInteger))
    listed = (
        select(products.c.id)
        .where(products.c.id.in_(select(newest.subquery("newest"))), IS_LISTED)
        # Not by the id itself: PostgreSQL might merge the candidates with all products.
        .order_by((products.c.id + 0).desc())
        .limit(MAX_SUGGESTIONS)
    ).subquery("listed")
    return DriverStatement(
        select(*PRODUCT_VIEW_COLUMNS)
        .join_from(listed, products, products.c.id == listed.c.id)
        .join(stock_levels, stock_levels.c.product_id == products.c.id)
        .order_by(products.c.id.desc())
    )


# The newest matches instead of the best: ranking everything that begins with one letter takes
# too long for a request that is sent on each keystroke.
_IN_SQLITE: Final = _products(
    "SELECT rowid AS product_id FROM product_search"
    " WHERE product_search MATCH :terms ORDER BY rowid DESC"
)
# OFFSET 0 keeps the planner from examining the products in their order.
_BY_INDEX: Final = _products(
    "SELECT product_id FROM (SELECT product_id, words FROM product_search"
    " WHERE words @@ CAST(:indexed AS tsquery) OFFSET 0) AS matching"
    " WHERE words @@ CAST(:terms AS tsquery) ORDER BY product_id DESC"
)
# Frequent words are sought in the newest products.
_BY_EXAMINING: Final = _products(
    "SELECT product_id FROM (SELECT product_id, words FROM product_search"
    " ORDER BY product_id DESC LIMIT 5000) AS newest WHERE words @@ CAST(:terms AS tsquery)"
)
_IN_SAMPLE: Final = _products(
    f"SELECT product_id FROM ({SAMPLE}) AS sample"  # noqa: S608 (a constant)
    " WHERE words @@ CAST(:terms AS tsquery)"
)

# A shop shows the same brands again and again.
_terms_of: Final = lru_cache(maxsize=4096)(index_terms)


def matching_categories(connection: Connection, terms: Sequence[SearchTerm]) -> list[Suggestion]:
    """Active categories whose name matches, by position."""
    matching = [row for row in _CATEGORIES.fetch(connection) if matches(terms, row[-1].split())]
    if not matching:
        return []
    counted = connection.execute(counts_by_category(row[0] for row in matching))
    counts = {row[0]: row[1] for row in counted}
    return [
        Suggestion(
            type=SuggestionType.CATEGORY,
            name=name,
            slug=slug,
            count=counts.get(category_id, 0),
            image=image,
        )
        for category_id, name, slug, image, _ in matching
    ]


def matching_brands(connection: Connection, terms: Sequence[SearchTerm]) -> list[Suggestion]:
    """Brands whose name matches, by falling number of products, with the image of a new one."""
    ranges = term_ranges(terms)
    rows = _brands(len(ranges) // 2).fetch(connection, ranges)
    brands = merge_brands(
        (key, brand, count) for key, brand, count in rows if matches(terms, _terms_of(brand))
    )
    ranked = sorted(brands.items(), key=lambda item: (-item[1].count, item[1].title))
    shown = ranked[: MAX_BRANDS + 1]
    images = _images(connection, [key for key, _ in shown])
    return [
        Suggestion(
            type=SuggestionType.BRAND, name=brand.title, count=brand.count, image=images.get(key)
        )
        for key, brand in shown
    ]


@lru_cache
def _brands(ranges: int) -> DriverStatement:
    """Select the brands with a term in one of the ranges."""
    candidates = keys_in_ranges(ranges, _MAX_CANDIDATES)
    return DriverStatement(spellings(None).where(brand_counts.c.brand_key.in_(candidates)))


def _images(connection: Connection, brand_keys: Sequence[str]) -> dict[str, str]:
    """The image of the newest product with one, among the newest products of each brand."""
    if not brand_keys:
        return {}
    parameters = {f"brand_{number}": key for number, key in enumerate(brand_keys)}
    rows = _images_of(len(brand_keys)).fetch(connection, parameters)
    return {key: image for key, image, *_ in rows}


@lru_cache
def _images_of(brands: int) -> DriverStatement:
    newest = union_all(*(_newest_of_brand(number) for number in range(brands))).subquery("newest")
    return DriverStatement(
        # The newest last, so that it replaces the others.
        select(newest.c.brand_key, newest.c.image, newest.c.created_at, newest.c.id)
        .where(newest.c.image.is_not(None))
        .order_by(newest.c.created_at, newest.c.id)
    )


def _newest_of_brand(number: int) -> Select[*tuple[Any, ...]]:
    newest = (
        select(products.c.brand_key, products.c.image, products.c.created_at, products.c.id)
        .where(IS_LISTED, products.c.brand_key == bindparam(f"brand_{number}"))
        .order_by(products.c.created_at.desc(), products.c.id.desc())
        .limit(_NEWEST_OF_BRAND)
    )
    # SQLite accepts a limit only in a subquery of a union.
    return select(newest.subquery())


def matching_products(connection: Connection, terms: Sequence[SearchTerm]) -> list[ProductView]:
    """Products whose title matches, then other matching products, the newest first.

    Several frequent words that are rarely found together, and words that newer products don't
    have, are sought among the newest products and those of a sample only.
    """
    views: dict[int, ProductView] = {}
    for statement, parameters in _searches(connection, terms):
        for row in statement.fetch(connection, parameters):
            view = to_product_view(row)
            views.setdefault(view.id, view)
        if len(views) >= MAX_SUGGESTIONS:
            break
    return list(views.values())[:MAX_SUGGESTIONS]


def _searches(
    connection: Connection, terms: Sequence[SearchTerm]
) -> Iterator[tuple[DriverStatement, dict[str, str]]]:
    """Statements that select matching products, the best matches first."""
    if connection.dialect.name == "sqlite":
        yield _IN_SQLITE, {"terms": match_expression("sqlite", terms, within="title")}
        yield _IN_SQLITE, {"terms": match_expression("sqlite", terms)}
        return
    plan = plan_search(connection, terms)
    titles, everything = plan.search_titles().terms, plan.search().terms
    if plan.is_rare:
        yield _BY_INDEX, {"terms": titles, "indexed": plan.indexed}
        yield _BY_INDEX, {"terms": everything, "indexed": plan.indexed}
    else:
        yield _BY_EXAMINING, {"terms": titles}
        yield _BY_EXAMINING, {"terms": everything}
        yield _IN_SAMPLE, {"terms": everything}
