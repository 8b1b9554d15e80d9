"""Brands, price ranges, counts and suggestions in responses."""

from typing import Any

from marshmallow import fields

from novacart.adapters.web.catalog.fields import ImageSizes, ImageUrl
from novacart.adapters.web.http.fields import Identifier, MoneyString, Schema
from novacart.adapters.web.media.routes import absolute_url, srcset
from novacart.application.catalog.queries import BrandCount, PriceRange, Suggestion, SuggestionType


class BrandCountSchema(Schema):
    title = fields.String(required=True)
    count = fields.Integer(required=True)


class OnSaleSchema(Schema):
    count = fields.Integer(required=True)


class PriceRangeSchema(Schema):
    min_price = MoneyString(required=True)
    max_price = MoneyString(required=True)


class SuggestionSchema(Schema):
    """`slug` is set for a category, `id` for a product."""

    type = fields.Enum(SuggestionType, by_value=True, required=True)
    name = fields.String(required=True)
    slug = fields.String()
    id = Identifier()
    count = fields.Integer(required=True)
    image = ImageUrl(required=True, allow_none=True)
    image_srcset = ImageSizes(
        required=True,
        allow_none=True,
        attribute="image_sizes",
        metadata={"description": "As of a product. Null for a category."},
    )


def brand_json(brand: BrandCount) -> dict[str, Any]:
    """The dump of `BrandCountSchema`."""
    return {"title": brand.title, "count": brand.count}


def price_range_json(prices: PriceRange) -> dict[str, Any]:
    """The dump of `PriceRangeSchema`."""
    return {"min_price": str(prices.min_price), "max_price": str(prices.max_price)}


def suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    """The dump of `SuggestionSchema`, without members that are not set."""
    body: dict[str, Any] = {"type": suggestion.type.value, "name": suggestion.name}
    if suggestion.slug is not None:
        body["slug"] = suggestion.slug
    if suggestion.id is not None:
        body["id"] = suggestion.id
    return body | {
        "count": suggestion.count,
        "image": absolute_url(suggestion.image),
        "image_srcset": srcset(suggestion.image_sizes),
    }
