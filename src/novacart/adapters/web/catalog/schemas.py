"""Request and response schemas of the catalog."""

from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate, validates

from novacart.adapters.web.http.fields import (
    Identifier,
    MoneyString,
    QueryBoolean,
    QueryInteger,
    QuerySchema,
    Schema,
    StrictInteger,
    Text,
    UtcTime,
)
from novacart.adapters.web.media.routes import absolute_url, image_reference
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    BrandCount,
    PriceRange,
    ProductSort,
    Suggestion,
    SuggestionType,
)
from novacart.application.ports.product_view import ProductView
from novacart.domain.catalog.product_details import MAX_DESCRIPTION, MAX_SKU, MAX_TITLE, MAX_YEAR
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.catalog.text_rules import MAX_REFERENCE
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money, decimal_string

MAX_LIMIT: Final = 200
# Products without `limit`, since v1 clients never page.
DEFAULT_LIMIT: Final = 1000
_MAX_BRANDS: Final = 50

# marshmallow's signatures and class attributes are as they are.
# ruff: noqa: ANN401, ARG002


class PriceString(fields.String):
    """A decimal string in major units, loaded as `Money` in the currency of its schema."""

    def __init__(self, **options: Any) -> None:
        pattern = r"^[0-9]{1,12}(\.[0-9]{1,3})?$"
        super().__init__(metadata={"example": "499.00", "pattern": pattern}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **options)
        schema: PricedSchema = self.root  # type: ignore[assignment] # whose field this is
        try:
            price = Money.parse(text, schema.policy.currency)
        except InvalidValue as error:
            raise ValidationError(error.message) from error
        if price.amount < 0:
            raise ValidationError("An amount is zero or more.")
        return price


class ImageReference(Text):
    """An image's URL. One on this site, as responses contain it, is loaded as a path."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        return image_reference(super()._deserialize(value, attr, data, **options))


class ImageUrl(fields.Url):
    """The absolute URL of an image, null if there is none."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return absolute_url(value)


class PricedSchema(Schema):
    """A schema with prices in the currency of `policy`."""

    def __init__(self, *, policy: CatalogPolicy, **options: Any) -> None:
        super().__init__(**options)
        self.policy = policy


class ProductWriteSchema(PricedSchema):
    """A product as staff write it. Loads the fields of `ProductDetails`, and `stock`."""

    sku = Text(
        maximum=MAX_SKU,
        allow_none=True,
        metadata={"description": "Stock keeping unit, unique in the shop."},
    )
    title = Text(required=True, minimum=1, maximum=MAX_TITLE)
    subtitle = Text(maximum=MAX_TITLE)
    description = Text(maximum=MAX_DESCRIPTION)
    price = PriceString(required=True)
    currency = Text(maximum=3, metadata={"description": "Optional: the shop's own currency."})
    author = Text(maximum=MAX_TITLE, allow_none=True)
    published_year = StrictInteger(minimum=1, maximum=MAX_YEAR, allow_none=True)
    brand = Text(
        maximum=MAX_TITLE, allow_none=True, metadata={"description": "By default the title."}
    )
    stock = StrictInteger(
        minimum=0,
        maximum=MAX_ON_HAND,
        metadata={
            "description": "The number of units that can be ordered: an absolute count without"
            " `If-Match`. With the `ETag` of a product in `If-Match`, a change by the difference"
            " to the stock that was read, so that units ordered since then stay sold."
        },
    )
    category = Identifier(
        attribute="category_id",
        allow_none=True,
        metadata={"description": "The category's id."},
    )
    image = ImageReference(
        maximum=MAX_REFERENCE, allow_none=True, metadata={"description": "An http(s) URL."}
    )

    @validates("currency")
    def _validate_currency(self, value: str, **_: object) -> None:
        try:
            self.policy.ensure_currency(value)
        except InvalidValue as error:
            raise ValidationError(error.message) from error

    @post_load
    def _without_currency(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        data.pop("currency", None)
        return data


class ProductPatchSchema(ProductWriteSchema):
    """The members to change."""

    title = Text(minimum=1, maximum=MAX_TITLE)
    price = PriceString()


class ProductListSchema(PricedSchema, QuerySchema):
    """Filters, sort order and page of a product list."""

    category = Text(maximum=100, metadata={"description": "The slug of a category."})
    brand = fields.List(
        Text(maximum=MAX_TITLE),
        validate=validate.Length(max=_MAX_BRANDS),
        load_default=list,
        metadata={
            "description": "Any of these brands; repeat the parameter for several. Case, accents"
            " and repeated spaces make no difference."
        },
    )
    min_price = PriceString()
    max_price = PriceString()
    in_stock = QueryBoolean(
        metadata={"description": "Only products that can be ordered now, or only the others."}
    )
    search = Text(
        maximum=200,
        load_default="",
        metadata={
            "description": "Each word matches as the prefix of a word of the product. Case,"
            " accents, hyphens and the order of words make no difference."
        },
    )
    sort = fields.Enum(
        ProductSort,
        by_value=True,
        metadata={"description": "By default `relevance` with a search, `newest` without."},
    )
    limit = QueryInteger(
        minimum=1,
        maximum=MAX_LIMIT,
        # Not `load_default`, which the OpenAPI document would show although it exceeds the maximum.
        metadata={"description": f"Without it, a page has up to {DEFAULT_LIMIT} products."},
    )
    cursor = Text(maximum=200, metadata={"description": "Opaque, from a `Link` header."})
    count = QueryBoolean(
        load_default=False, metadata={"description": "Return the total in `X-Total-Count`."}
    )


class CategoryQuerySchema(QuerySchema):
    category = Text(maximum=100, metadata={"description": "The slug of a category."})


class SuggestionQuerySchema(QuerySchema):
    q = Text(maximum=200, load_default="", metadata={"description": "The text typed so far."})


class ProductSchema(Schema):
    """A product of the catalog."""

    id = Identifier(required=True)
    sku = fields.String(
        required=True, allow_none=True, metadata={"description": "Unique in the shop."}
    )
    title = fields.String(required=True)
    subtitle = fields.String(required=True)
    description = fields.String(required=True)
    price = MoneyString(required=True)
    currency = fields.String(required=True)
    author = fields.String(required=True, allow_none=True)
    published_year = fields.Integer(required=True, allow_none=True)
    brand = fields.String(
        required=True, metadata={"description": "The value of the `brand` filter."}
    )
    stock = fields.Integer(
        required=True, metadata={"description": "The number of units that can be ordered."}
    )
    category = fields.Integer(
        required=True,
        allow_none=True,
        attribute="category_id",
        metadata={"description": "The category's id."},
    )
    image = ImageUrl(required=True, allow_none=True)
    created_at = UtcTime(required=True)
    updated_at = UtcTime(required=True)


class BrandCountSchema(Schema):
    title = fields.String(required=True)
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


class CategorySchema(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    image = ImageUrl(required=True, allow_none=True)
    mobile_image = ImageUrl(required=True, allow_none=True)
    mobile_secondary_image = ImageUrl(required=True, allow_none=True)
    desktop_image = ImageUrl(required=True, allow_none=True)
    desktop_secondary_image = ImageUrl(required=True, allow_none=True)
    is_active = fields.Boolean(required=True)


def product_json(product: ProductView) -> dict[str, Any]:
    """What `json_bytes` encodes as the dump of `ProductSchema`, faster than marshmallow."""
    return {
        "id": product.id,
        "sku": product.sku,
        "title": product.title,
        "subtitle": product.subtitle,
        "description": product.description,
        "author": product.author,
        "published_year": product.published_year,
        "brand": product.brand,
        "stock": product.stock,
        "price": decimal_string(product.price_minor, product.currency),
        "currency": product.currency,
        "category": product.category_id,
        "image": absolute_url(product.image),
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


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
    return body | {"count": suggestion.count, "image": absolute_url(suggestion.image)}
