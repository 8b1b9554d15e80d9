"""Search suggestions: categories, brands and products that match a text."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Connection, column, func, select, text
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.mapper import PRODUCT_VIEW_COLUMNS, to_product_view
from novacart.adapters.persistence.catalog.product_list_query import IS_ACTIVE, IS_LISTED
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import categories, products, stock_levels
from novacart.application.catalog.queries import MAX_SUGGESTIONS, Suggestion, SuggestionType
from novacart.application.catalog.search import MAX_BRANDS, merge_brands
from novacart.application.ports.product_view import ProductView
from novacart.application.search_terms import SearchTerm, index_terms, matches

# Brands and products are taken from this many of the newest matching products, of which some may
# be in an inactive category. A brand of the shop has many products, so it is likely among them.
# Only this many brands are then counted exactly.
_SCANNED_PRODUCTS: Final = 500
_COUNTED_BRANDS: Final = 12

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
    rows = connection.execute(
        select(categories.c.id, categories.c.name, categories.c.slug, categories.c.image)
        .where(categories.c.is_active)
        .order_by(categories.c.position, categories.c.id)
    )
    matching = [row for row in rows if matches(terms, index_terms(row.name))]
    if not matching:
        return []
    counted = connection.execute(
        select(products.c.category_id, func.count())
        .where(IS_ACTIVE, products.c.category_id.in_([row.id for row in matching]))
        .group_by(products.c.category_id)
    )
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
    """Brands whose name matches, by falling number of products, with an image of one of them."""
    newest = _newest(connection, terms, "maker", _SCANNED_PRODUCTS)
    spellings = connection.execute(
        select(products.c.brand_key, products.c.brand, func.count())
        .join_from(newest, products, products.c.id == newest.c.product_id)
        .where(IS_LISTED)
        .group_by(products.c.brand_key, products.c.brand)
    )
    scanned = merge_brands(
        (row[0], row[1], row[2]) for row in spellings if matches(terms, index_terms(row.brand))
    )
    counted = sorted(scanned, key=lambda key: (-scanned[key].count, key))[:_COUNTED_BRANDS]
    if not counted:
        return []
    rows = connection.execute(
        select(products.c.brand_key, products.c.brand, func.count(), func.min(products.c.image))
        .where(IS_LISTED, products.c.brand_key.in_(counted))
        .group_by(products.c.brand_key, products.c.brand)
    ).all()
    images: dict[str, str] = {}
    for key, _, _, image in rows:
        if image is not None:
            images[key] = min(image, images.get(key, image))
    brands = merge_brands((key, brand, count) for key, brand, count, _ in rows)
    suggestions = [
        Suggestion(
            type=SuggestionType.BRAND, name=brand.title, count=brand.count, image=images.get(key)
        )
        for key, brand in brands.items()
    ]
    suggestions.sort(key=lambda suggestion: (-suggestion.count, suggestion.name))
    return suggestions[: MAX_BRANDS + 1]


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
