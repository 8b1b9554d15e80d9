"""Products and categories as rows, and back."""

from typing import Any

from sqlalchemy import Row

from novacart.domain.catalog.category import Category, CategoryDetails
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.money import Money


def product_row(product: Product) -> dict[str, Any]:
    """Every column of `products` but the version, which the repository counts."""
    return {
        "id": product.id,
        "title": product.title,
        "subtitle": product.subtitle,
        "description": product.description,
        "price_minor": product.price.amount,
        "currency": product.price.currency,
        "author": product.author,
        "published_year": product.published_year,
        "brand": product.brand,
        "category_id": product.category_id,
        "image": product.image,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "archived_at": product.archived_at,
    }


def product_of(row: Row[Any]) -> Product:
    """The aggregate of a whole row of `products`."""
    return Product(
        id=row.id,
        details=ProductDetails(
            title=row.title,
            subtitle=row.subtitle,
            description=row.description,
            price=Money(row.price_minor, row.currency),
            author=row.author,
            published_year=row.published_year,
            brand=row.brand,
            category_id=row.category_id,
            image=row.image,
        ),
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
        version=row.version,
    )


def category_row(category: Category) -> dict[str, Any]:
    """Every column of `categories` but the version."""
    return {"id": category.id, **category.details.plain()}


def category_of(row: Row[Any]) -> Category:
    """The aggregate of a whole row of `categories`."""
    return Category(
        id=row.id,
        details=CategoryDetails(
            name=row.name,
            slug=row.slug,
            image=row.image,
            mobile_image=row.mobile_image,
            mobile_secondary_image=row.mobile_secondary_image,
            desktop_image=row.desktop_image,
            desktop_secondary_image=row.desktop_secondary_image,
            position=row.position,
            is_active=row.is_active,
        ),
        version=row.version,
    )
