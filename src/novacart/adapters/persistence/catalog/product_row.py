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
    """The view in a row that holds at least `PRODUCT_COLUMNS`."""
    return ProductView(
        id=row.id,
        title=row.title,
        subtitle=row.subtitle,
        description=row.description,
        price=Money(row.price_minor, row.currency),
        author=row.author,
        published_year=row.published_year,
        brand=row.brand,
        stock=row.available,
        category_id=row.category_id,
        image=row.image,
        created_at=row.created_at,
        updated_at=row.updated_at,
        version=row.version,
    )
