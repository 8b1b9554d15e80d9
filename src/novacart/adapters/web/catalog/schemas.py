"""What the catalogue shows."""

from typing import Any

from marshmallow import fields

from novacart.adapters.web.http.fields import (
    Identifier,
    MoneyString,
    Schema,
    UtcTime,
    rfc3339,
)
from novacart.adapters.web.media.routes import absolute
from novacart.application.catalog.queries import CategoryView, Suggestion, SuggestionType
from novacart.application.ports.product_view import ProductView


class ImageAddress(fields.Url):
    """The absolute URL of a picture, null where there is none."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:  # noqa: ANN401, ARG002 (marshmallow's signature)
        return absolute(value)


class ProductSchema(Schema):
    """A product of the catalogue."""

    id = Identifier(required=True)
    title = fields.String(required=True)
    subtitle = fields.String(required=True)
    description = fields.String(required=True)
    price = MoneyString(required=True)
    currency = fields.String(required=True, attribute="price.currency")
    author = fields.String(required=True, allow_none=True)
    published_year = fields.Integer(required=True, allow_none=True)
    brand = fields.String(
        required=True, metadata={"description": "What the brands facet counts by."}
    )
    stock = fields.Integer(required=True, metadata={"description": "What can be ordered now."})
    category = fields.Integer(
        required=True,
        allow_none=True,
        attribute="category_id",
        metadata={"description": "The category's id."},
    )
    image = ImageAddress(required=True, allow_none=True)
    created_at = UtcTime(required=True)
    updated_at = UtcTime(required=True)


class BrandCountSchema(Schema):
    title = fields.String(required=True)
    count = fields.Integer(required=True)


class PriceRangeSchema(Schema):
    min_price = MoneyString(required=True)
    max_price = MoneyString(required=True)


class SuggestionSchema(Schema):
    """`slug` is there for a category, `id` for a product."""

    type = fields.Enum(SuggestionType, by_value=True, required=True)
    name = fields.String(required=True)
    slug = fields.String()
    id = Identifier()
    count = fields.Integer(required=True)
    image = ImageAddress(required=True, allow_none=True)


class CategorySchema(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    image = ImageAddress(required=True, allow_none=True)
    mobile_image = ImageAddress(required=True, allow_none=True)
    mobile_secondary_image = ImageAddress(required=True, allow_none=True)
    desktop_image = ImageAddress(required=True, allow_none=True)
    desktop_secondary_image = ImageAddress(required=True, allow_none=True)
    is_active = fields.Boolean(required=True)


def product_json(product: ProductView) -> dict[str, Any]:
    """What `ProductSchema` makes of a view, made quickly: a test holds the two together."""
    return {
        "id": product.id,
        "title": product.title,
        "subtitle": product.subtitle,
        "description": product.description,
        "price": str(product.price),
        "currency": product.price.currency,
        "author": product.author,
        "published_year": product.published_year,
        "brand": product.brand,
        "stock": product.stock,
        "category": product.category_id,
        "image": absolute(product.image),
        "created_at": rfc3339(product.created_at),
        "updated_at": rfc3339(product.updated_at),
    }


def suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    """What `SuggestionSchema` says."""
    body: dict[str, Any] = {"type": suggestion.type.value, "name": suggestion.name}
    if suggestion.slug is not None:
        body["slug"] = suggestion.slug
    if suggestion.id is not None:
        body["id"] = suggestion.id
    return body | {"count": suggestion.count, "image": absolute(suggestion.image)}


def category_json(category: CategoryView) -> dict[str, Any]:
    """What `CategorySchema` says."""
    return {
        "id": category.id,
        "name": category.name,
        "slug": category.slug,
        "image": absolute(category.image),
        "mobile_image": absolute(category.mobile_image),
        "mobile_secondary_image": absolute(category.mobile_secondary_image),
        "desktop_image": absolute(category.desktop_image),
        "desktop_secondary_image": absolute(category.desktop_secondary_image),
        "is_active": category.is_active,
    }
