"""Categories, brands and products that what somebody typed may mean."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Connection, column, func, select, text
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.listing import SOLD
from novacart.adapters.persistence.catalog.product_row import PRODUCT_COLUMNS, product_view
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import categories, products, stock_levels
from novacart.application.catalog.queries import MAX_SUGGESTIONS, Suggestion, SuggestionType
from novacart.application.catalog.suggestions import MAX_BRANDS, suggests
from novacart.application.ports.product_view import ProductView

# How many products are looked at for their brands. A shop's brand has many products, so the
# brands sought are among these; of so many the exact count is taken.
_LOOKED_AT: Final = 500
_COUNTED: Final = 12

# The newest first, and no more than asked for: somebody is waiting at each letter typed, and
# ranking all that begins with one letter takes as long as there are such products.
_NEWEST: Final = {
    "sqlite": text(
        "SELECT rowid AS product_id FROM product_search"
        " WHERE product_search MATCH :searched ORDER BY rowid DESC LIMIT :looked_at"
    ),
    "postgresql": text(
        "SELECT product_id FROM product_search"
        " WHERE words @@ CAST(:searched AS tsquery) ORDER BY product_id DESC LIMIT :looked_at"
    ),
}


def categories_like(connection: Connection, words: Sequence[str]) -> list[Suggestion]:
    """Active categories named so, by position."""
    rows = connection.execute(
        select(categories.c.id, categories.c.name, categories.c.slug, categories.c.image)
        .where(categories.c.is_active)
        .order_by(categories.c.position, categories.c.id)
    )
    named = [row for row in rows if suggests(row.name, words)]
    if not named:
        return []
    counted = connection.execute(
        select(products.c.category_id, func.count())
        .where(SOLD, products.c.category_id.in_([row.id for row in named]))
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
        for row in named
    ]


def brands_like(connection: Connection, words: Sequence[str]) -> list[Suggestion]:
    """Brands named so, the one with most products first, with a picture of one of them."""
    made = _newest(connection, words, "maker", _LOOKED_AT)
    brands = connection.scalars(
        select(products.c.brand)
        .join_from(made, products, products.c.id == made.c.product_id)
        .where(SOLD)
        .group_by(products.c.brand)
        .order_by(func.count().desc(), products.c.brand)
    )
    named = [brand for brand in brands if suggests(brand, words)][:_COUNTED]
    if not named:
        return []
    count = func.count().label("products")
    counted = connection.execute(
        select(products.c.brand, count, func.min(products.c.image).label("image"))
        .where(SOLD, products.c.brand.in_(named))
        .group_by(products.c.brand)
        .order_by(count.desc(), products.c.brand)
        .limit(MAX_BRANDS + 1)
    )
    return [
        Suggestion(type=SuggestionType.BRAND, name=row.brand, count=row.products, image=row.image)
        for row in counted
    ]


def products_like(connection: Connection, words: Sequence[str]) -> list[ProductView]:
    """Products whose titles say so, then others that do; the newest first."""
    found: dict[int, ProductView] = {}
    for within in ("title", None):
        if len(found) < MAX_SUGGESTIONS:
            newest = _newest(connection, words, within, MAX_SUGGESTIONS)
            rows = connection.execute(
                select(*PRODUCT_COLUMNS)
                .join_from(newest, products, products.c.id == newest.c.product_id)
                .join(stock_levels, stock_levels.c.product_id == products.c.id)
                .where(SOLD)
                .order_by(products.c.id.desc())
            )
            for row in rows:
                found.setdefault(row.id, product_view(row))
    return list(found.values())[:MAX_SUGGESTIONS]


def _newest(
    connection: Connection, words: Sequence[str], within: str | None, looked_at: int
) -> Subquery:
    dialect = connection.dialect.name
    return (
        _NEWEST[dialect]
        .bindparams(searched=match_expression(dialect, words, within=within), looked_at=looked_at)
        .columns(column("product_id", BigInteger))
        .subquery("newest")
    )
