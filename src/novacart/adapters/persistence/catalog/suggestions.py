"""Categories and brands that what somebody typed may mean."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Connection, column, func, select, text

from novacart.adapters.persistence.catalog.listing import SOLD
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import categories, products
from novacart.application.catalog.queries import Suggestion, SuggestionType
from novacart.application.catalog.suggestions import MAX_BRANDS, suggests

# How many products are looked at for their brands. A shop's brand has many products, so the
# brands sought are among these; the count of each is exact.
_LOOKED_AT: Final = 500

_MAKERS: Final = {
    "sqlite": text(
        "SELECT rowid AS product_id FROM product_search"
        " WHERE product_search MATCH :searched LIMIT :looked_at"
    ),
    "postgresql": text(
        "SELECT product_id FROM product_search"
        " WHERE words @@ CAST(:searched AS tsquery) LIMIT :looked_at"
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
    dialect = connection.dialect.name
    made = (
        _MAKERS[dialect]
        .bindparams(
            searched=match_expression(dialect, words, maker_only=True), looked_at=_LOOKED_AT
        )
        .columns(column("product_id", BigInteger))
        .subquery("made")
    )
    brands = connection.scalars(
        select(products.c.brand)
        .join_from(made, products, products.c.id == made.c.product_id)
        .where(SOLD)
        .distinct()
    )
    named = [brand for brand in brands if suggests(brand, words)]
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
