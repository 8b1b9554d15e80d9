"""Request and response schemas of products."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates

from novacart.adapters.web.catalog.fields import (
    AttributeValueField,
    CompareAtPrice,
    ImageReference,
    ImageSizes,
    ImageUrl,
    LowestPrice,
    PricedSchema,
    PriceString,
    optional_price,
)
from novacart.adapters.web.catalog.picture_schemas import ProductImageSchema, picture_json
from novacart.adapters.web.catalog.variant_schemas import (
    OptionSchema,
    VariantSchema,
    variant_json,
)
from novacart.adapters.web.http.fields import (
    Identifier,
    ListedText,
    MoneyString,
    Schema,
    StrictInteger,
    Text,
    UtcTime,
)
from novacart.adapters.web.media.routes import absolute_url, srcset
from novacart.application.ports.product_view import ProductView, ProductWithVariants
from novacart.domain.catalog.attribute_details import MAX_ATTRIBUTES, MAX_CODE, AttributeType
from novacart.domain.catalog.product_details import MAX_DESCRIPTION, MAX_SKU, MAX_TITLE, MAX_YEAR
from novacart.domain.catalog.slugs import MAX_SLUG
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.catalog.text_rules import (
    MAX_META_DESCRIPTION,
    MAX_META_TITLE,
    MAX_REFERENCE,
    MAX_TAG,
    MAX_TAGS,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import decimal_string


class AttributeValueWriteSchema(Schema):
    """A value of a product; other members that a response has are ignored."""

    code = Text(required=True, minimum=1, maximum=MAX_CODE)
    value = AttributeValueField(required=True, allow_none=True)


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
    attributes = fields.List(
        fields.Nested(AttributeValueWriteSchema),
        validate=validate.Length(max=MAX_ATTRIBUTES),
        metadata={
            "description": "Values of attributes of the category. Null removes a value. Attributes"
            " left out keep theirs."
        },
    )
    slug = Text(
        maximum=MAX_SLUG,
        allow_none=True,
        metadata={"description": "Without it, a slug is generated from title and id."},
    )
    meta_title = Text(maximum=MAX_META_TITLE, allow_none=True)
    meta_description = Text(maximum=MAX_META_DESCRIPTION, allow_none=True)
    tags = fields.List(
        ListedText(minimum=1, maximum=MAX_TAG),
        validate=validate.Length(max=MAX_TAGS),
        metadata={"description": "Texts without commas."},
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

    @post_load
    def _by_code(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        if "attributes" in data:
            values = {each["code"]: each["value"] for each in data["attributes"]}
            if len(values) < len(data["attributes"]):
                raise ValidationError("Name each attribute once.", "attributes")
            data["attributes"] = values
        return data


class ProductPatchSchema(ProductWriteSchema):
    """The members to change."""

    title = Text(minimum=1, maximum=MAX_TITLE)
    price = PriceString()


class ProductSchema(Schema):
    """A product of the catalog. Prices and stock are those of its default variant."""

    id = Identifier(required=True)
    sku = fields.String(
        required=True, allow_none=True, metadata={"description": "Unique in the shop."}
    )
    title = fields.String(required=True)
    subtitle = fields.String(required=True)
    description = fields.String(required=True)
    price = MoneyString(required=True)
    compare_at_price = CompareAtPrice()
    lowest_price_30_days = LowestPrice()
    on_sale = fields.Boolean(
        required=True,
        attribute="is_on_sale",
        metadata={"description": "Whether a variant costs less than its compare-at price."},
    )
    currency = fields.String(required=True)
    author = fields.String(required=True, allow_none=True)
    published_year = fields.Integer(required=True, allow_none=True)
    brand = fields.String(
        required=True, metadata={"description": "The value of the `brand` filter."}
    )
    stock = fields.Integer(
        required=True, metadata={"description": "The number of units that can be ordered."}
    )
    available = fields.Boolean(
        required=True,
        attribute="is_available",
        metadata={"description": "Whether any variant can be ordered."},
    )
    has_options = fields.Boolean(
        required=True, metadata={"description": "Whether customers choose between variants."}
    )
    category = fields.Integer(
        required=True,
        allow_none=True,
        attribute="category_id",
        metadata={"description": "The category's id."},
    )
    image = ImageUrl(required=True, allow_none=True)
    image_srcset = ImageSizes(
        required=True,
        allow_none=True,
        attribute="image_sizes",
        metadata={
            "description": "The image in up to three sizes, as the attribute `srcset` of HTML. Null"
            " for an image elsewhere."
        },
    )
    slug = fields.String(
        required=True,
        attribute="current_slug",
        metadata={"description": "For the URL of its page.", "example": "lamp-p12"},
    )
    created_at = UtcTime(required=True)
    updated_at = UtcTime(required=True)


class ProductAttributeSchema(Schema):
    """A value of a product, of an attribute of its category."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    type = fields.Enum(AttributeType, by_value=True, required=True)
    unit = fields.String(required=True, allow_none=True)
    value = fields.Raw(required=True, metadata={"type": ["string", "number", "boolean"]})


class ProductDetailSchema(ProductSchema):
    """A product with its options and variants."""

    meta_title = fields.String(required=True, allow_none=True)
    meta_description = fields.String(required=True, allow_none=True)
    description_html = fields.String(
        required=True,
        metadata={
            "description": "The description with safe formatting, lists and links; empty if it has"
            " none."
        },
    )
    tags = fields.List(fields.String(), required=True)
    options = fields.List(fields.Nested(OptionSchema), required=True)
    variants = fields.List(fields.Nested(VariantSchema), required=True)
    images = fields.List(fields.Nested(ProductImageSchema), required=True)
    attributes = fields.List(fields.Nested(ProductAttributeSchema), required=True)


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
        "available": product.is_available,
        "has_options": product.has_options,
        "price": decimal_string(product.price_minor, product.currency),
        "compare_at_price": optional_price(product.compare_at_minor, product.currency),
        "lowest_price_30_days": optional_price(product.lowest_30_days_minor, product.currency),
        "on_sale": product.is_on_sale,
        "currency": product.currency,
        "category": product.category_id,
        "image": absolute_url(product.image),
        "image_srcset": srcset(product.image_sizes),
        "slug": product.current_slug,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


def product_detail_json(detail: ProductWithVariants) -> dict[str, Any]:
    """The dump of `ProductDetailSchema`."""
    product = detail.product
    return {
        **product_json(product),
        # As the stock of each variant, which may have been read later than the product.
        "available": any(each.stock > 0 for each in detail.variants),
        "meta_title": product.meta_title,
        "meta_description": product.meta_description,
        "description_html": product.description_html,
        "tags": list(product.tags),
        "options": [
            {
                "id": option.id,
                "name": option.name,
                "values": [{"id": value.id, "value": value.text} for value in option.values],
            }
            for option in detail.options
        ],
        "variants": [variant_json(detail, variant) for variant in detail.variants],
        "images": [picture_json(picture, detail) for picture in detail.pictures],
        "attributes": [{**each._asdict(), "type": each.type.value} for each in detail.attributes],
    }
