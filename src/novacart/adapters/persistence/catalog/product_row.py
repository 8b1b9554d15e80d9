"""The product view that several features' queries select."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Row

from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.money import Money

# For a select that joins `products` with `stock_levels`.
PRODUCT_COLUMNS: Final[list[ColumnElement[Any]]] = [
    products.c.id,
    products.c.title,
    products.c.subtitle,
    products.c.description,
    products.c.price_minor,
    products.c.currency,
    products.c.author,
    products.c.published_year,
    products.c.brand,
    products.c.category_id,
    products.c.image,
    products.c.created_at,
    products.c.updated_at,
    products.c.version,
    (stock_levels.c.on_hand - stock_levels.c.reserved).label("available"),
]


def product_view(row: Row[Any]) -> ProductView:
    """The view in a row that begins with `PRODUCT_COLUMNS`."""
    # By place, since a list looks up fifteen names for each of its products.
    (
        id_,
        title,
        subtitle,
        description,
        price_minor,
        currency,
        author,
        published_year,
        brand,
        category_id,
        image,
        created_at,
        updated_at,
        version,
        available,
    ) = row[: len(PRODUCT_COLUMNS)]
    return ProductView(
        id=id_,
        title=title,
        subtitle=subtitle,
        description=description,
        price=Money(price_minor, currency),
        author=author,
        published_year=published_year,
        brand=brand,
        stock=available,
        category_id=category_id,
        image=image,
        created_at=created_at,
        updated_at=updated_at,
        version=version,
    )
