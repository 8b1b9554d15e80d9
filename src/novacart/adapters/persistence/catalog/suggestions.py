"""Search suggestions: categories, brands and products that match a text."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Select, TextClause, column, select, text, union_all

from novacart.adapters.persistence.catalog.brand_counts import (
    counts_by_category,
    matching_keys,
    spellings,
)
from novacart.adapters.persistence.catalog.mapper import PRODUCT_VIEW_COLUMNS, to_product_view
from novacart.adapters.persistence.catalog.product_list_query import IS_LISTED
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import plan_search, sampled_products
from novacart.adapters.persistence.catalog.tables import (
    brand_counts,
    categories,
    products,
    stock_levels,
)
from novacart.application.catalog.queries import MAX_SUGGESTIONS, Suggestion, SuggestionType
from novacart.application.catalog.search import MAX_BRANDS, merge_brands
from novacart.application.ports.product_view import ProductView
from novacart.application.search_terms import SearchTerm, index_terms, matches

# Products are taken from this many of the newest matching products, of which some may be in an
# inactive category.
_MAX_MATCHES: Final = 200
# Frequent words are sought in this many of the newest products.
_EXAMINED_PRODUCTS: Final = 5000
# Brands are taken from this many, in the order of the matching term. More begin with one letter
# only in a shop with thousands of brands.
_MAX_CANDIDATES: Final = 500
# The image of a brand is sought in this many products.
_NEWEST_OF_BRAND: Final = 50

_CATEGORIES: Final = (
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

# The newest matches instead of the best: ranking everything that begins with one letter takes
# too long for a request that is sent on each keystroke.
_NEWEST: Final = text(
    "SELECT rowid AS product_id FROM product_search"
    " WHERE product_search MATCH :terms ORDER BY rowid DESC LIMIT :max_rows"
)
# OFFSET 0 keeps the planner from examining the products in their order.
_NEWEST_BY_INDEX: Final = text(
    "SELECT product_id FROM (SELECT product_id, words FROM product_search"
    " WHERE words @@ CAST(:indexed AS tsquery) OFFSET 0) AS matching"
    " WHERE words @@ CAST(:terms AS tsquery) ORDER BY product_id DESC LIMIT :max_rows"
)
_NEWEST_BY_EXAMINING: Final = text(
    "SELECT product_id FROM (SELECT product_id, words FROM product_search"
    " ORDER BY product_id DESC LIMIT :max_examined) AS newest"
    " WHERE words @@ CAST(:terms AS tsquery) LIMIT :max_rows"
)


# A shop shows the same brands again and again.
_terms_of: Final = lru_cache(maxsize=4096)(index_terms)


def matching_categories(connection: Connection, terms: Sequence[SearchTerm]) -> list[Suggestion]:
    """Active categories whose name matches, by position."""
    rows = connection.execute(_CATEGORIES)
    matching = [row for row in rows if matches(terms, row.search_text.split())]
    if not matching:
        return []
    counted = connection.execute(counts_by_category(row.id for row in matching))
    counts = {row[0]: row[1] for row in counted}
    return [
        Suggestion(
            type=SuggestionType.CATEGORY,
            name=row.name,
            slug=row.slug,
            count=counts.get(row.id, 0),
            image=row.image,
        )
        for row in matching
    ]


def matching_brands(connection: Connection, terms: Sequence[SearchTerm]) -> list[Suggestion]:
    """Brands whose name matches, by falling number of products, with the image of a new one."""
    candidates = matching_keys(terms, _MAX_CANDIDATES)
    rows = connection.execute(spellings(None).where(brand_counts.c.brand_key.in_(candidates)))
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


def _images(connection: Connection, brand_keys: Sequence[str]) -> dict[str, str]:
    """The image of the newest product with one, among the newest products of each brand."""
    if not brand_keys:
        return {}
    newest = union_all(*(_newest_of_brand(key) for key in brand_keys)).subquery("newest")
    # The newest last.
    rows = connection.execute(
        select(newest.c.brand_key, newest.c.image)
        .where(newest.c.image.is_not(None))
        .order_by(newest.c.created_at, newest.c.id)
    )
    return {row.brand_key: row.image for row in rows}


def _newest_of_brand(brand_key: str) -> Select[*tuple[Any, ...]]:
    newest = (
        select(products.c.brand_key, products.c.image, products.c.created_at, products.c.id)
        .where(IS_LISTED, products.c.brand_key == brand_key)
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
    for candidates in _candidates(connection, terms):
        if len(views) < MAX_SUGGESTIONS:
            listed = (
                select(products.c.id)
                .where(products.c.id.in_(candidates), IS_LISTED)
                # Not by the id itself: PostgreSQL might merge the candidates with all products.
                .order_by((products.c.id + 0).desc())
                .limit(MAX_SUGGESTIONS)
            ).subquery("listed")
            rows = connection.execute(
                select(*PRODUCT_VIEW_COLUMNS)
                .join_from(listed, products, products.c.id == listed.c.id)
                .join(stock_levels, stock_levels.c.product_id == products.c.id)
                .order_by(products.c.id.desc())
            )
            for row in rows:
                views.setdefault(row.id, to_product_view(row))
    return list(views.values())[:MAX_SUGGESTIONS]


def _candidates(
    connection: Connection, terms: Sequence[SearchTerm]
) -> Iterator[Select[*tuple[Any, ...]] | list[int]]:
    """Ids of matching products, the best choice first."""
    if connection.dialect.name == "sqlite":
        yield _newest(_NEWEST, terms=match_expression("sqlite", terms, within="title"))
        yield _newest(_NEWEST, terms=match_expression("sqlite", terms))
        return
    plan = plan_search(connection, terms)
    for search in (plan.search_titles(), plan.search()):
        if plan.is_rare:
            yield _newest(_NEWEST_BY_INDEX, terms=search.terms, indexed=search.indexed)
        else:
            yield _newest(_NEWEST_BY_EXAMINING, terms=search.terms, max_examined=_EXAMINED_PRODUCTS)
    if not plan.is_rare:
        yield sampled_products(connection, plan.search())


def _newest(statement: TextClause, **parameters: object) -> Select[*tuple[Any, ...]]:
    return select(
        statement.bindparams(max_rows=_MAX_MATCHES, **parameters)
        .columns(column("product_id", BigInteger))
        .subquery("newest")
    )
