"""Search suggestions: categories, brands and products that match a text."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Connection, column, select, text
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.brand_counts import (
    counts_by_category,
    matching_keys,
    spellings,
)
from novacart.adapters.persistence.catalog.mapper import PRODUCT_VIEW_COLUMNS, to_product_view
from novacart.adapters.persistence.catalog.product_list_query import IS_LISTED
from novacart.adapters.persistence.catalog.search_index import match_expression
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
_SCANNED_PRODUCTS: Final = 500
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
_NEWEST: Final = {
    "sqlite": text(
        "SELECT rowid AS product_id FROM product_search"
        " WHERE product_search MATCH :terms ORDER BY rowid DESC LIMIT :max_rows"
    ),
    "postgresql": text(
        "SELECT product_id FROM product_search"
        " WHERE words @@ CAST(:terms AS tsquery) ORDER BY product_id DESC LIMIT :max_rows"
    ),
}


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
        (key, brand, count) for key, brand, count in rows if matches(terms, index_terms(brand))
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
    images: dict[str, str] = {}
    for key in brand_keys:
        newest = (
            select(products.c.image, products.c.created_at, products.c.id)
            .where(IS_LISTED, products.c.brand_key == key)
            .order_by(products.c.created_at.desc(), products.c.id.desc())
            .limit(_NEWEST_OF_BRAND)
            .subquery()
        )
        image = connection.scalar(
            select(newest.c.image)
            .where(newest.c.image.is_not(None))
            .order_by(newest.c.created_at.desc(), newest.c.id.desc())
            .limit(1)
        )
        if image is not None:
            images[key] = image
    return images


def matching_products(connection: Connection, terms: Sequence[SearchTerm]) -> list[ProductView]:
    """Products whose title matches, then other matching products, the newest first."""
    views: dict[int, ProductView] = {}
    for within in ("title", None):
        if len(views) < MAX_SUGGESTIONS:
            newest = _newest(connection, terms, within, _SCANNED_PRODUCTS)
            listed = (
                select(products.c.id)
                .join_from(newest, products, products.c.id == newest.c.product_id)
                .where(IS_LISTED)
                .order_by(products.c.id.desc())
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


def _newest(
    connection: Connection, terms: Sequence[SearchTerm], within: str | None, max_rows: int
) -> Subquery:
    dialect = connection.dialect.name
    return (
        _NEWEST[dialect]
        .bindparams(terms=match_expression(dialect, terms, within=within), max_rows=max_rows)
        .columns(column("product_id", BigInteger))
        .subquery("newest")
    )
