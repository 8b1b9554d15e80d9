"""Mapping between rows and the catalog's aggregates and read models.

Columns have the names of the fields that they store. Only prices, which have two columns, and
the stock are mapped one by one.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Row

from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.application.ports.product_view import ProductView
from novacart.application.search_terms import facet_key, index_terms
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.money import Money

AVAILABLE: Final = stock_levels.c.on_hand - stock_levels.c.reserved

_DETAILS: Final = [field.name for field in fields(ProductDetails) if field.name != "price"]
_CATEGORY_DETAILS: Final = [field.name for field in fields(CategoryDetails)]

# The fields of `ProductView`, for a select that joins `products` with `stock_levels`.
PRODUCT_VIEW_COLUMNS: Final[list[ColumnElement[Any]]] = [
    AVAILABLE.label("available") if name == "stock" else products.c[name]
    for name in ProductView._fields
]
_VIEW: Final = slice(len(PRODUCT_VIEW_COLUMNS))
# The columns of `ListedProduct`.
LISTED_COLUMNS: Final[list[ColumnElement[Any]]] = [
    products.c.id,
    products.c.version,
    products.c.price_minor,
    AVAILABLE.label("available"),
]


def from_product(product: Product) -> dict[str, Any]:
    """All columns of `products` except the version, which the repository counts."""
    details = product.details
    return {
        "id": product.id,
        **{name: getattr(details, name) for name in _DETAILS},
        "brand_key": facet_key(details.brand),
        "price_minor": details.price.amount,
        "currency": details.price.currency,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "archived_at": product.archived_at,
    }


def to_product(row: Row[Any]) -> Product:
    """The product of a row with all columns of `products`."""
    return Product(
        id=row.id,
        details=to_product_details(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
        version=row.version,
    )


def to_product_details(row: Row[Any]) -> ProductDetails:
    """The details in a row with all columns of `products`."""
    values = {name: getattr(row, name) for name in _DETAILS}
    return ProductDetails(**values, price=Money(row.price_minor, row.currency))


def to_product_view(row: Sequence[Any]) -> ProductView:
    """The read model in a row that begins with `PRODUCT_VIEW_COLUMNS`."""
    return ProductView._make(row[_VIEW])


def from_category(category: Category) -> dict[str, Any]:
    """All columns of `categories` except the version."""
    return {
        "id": category.id,
        **{name: getattr(category.details, name) for name in _CATEGORY_DETAILS},
        "search_text": " ".join(index_terms(category.details.name)),
    }


def to_category(row: Row[Any]) -> Category:
    """The category of a row with all columns of `categories`."""
    details = CategoryDetails(**{name: getattr(row, name) for name in _CATEGORY_DETAILS})
    return Category(id=row.id, details=details, version=row.version)
