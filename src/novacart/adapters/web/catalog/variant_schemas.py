"""Request and response schemas of variants, their prices and options."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from novacart.adapters.web.catalog.fields import (
    CompareAtPrice,
    ImageReference,
    ImageUrl,
    LowestPrice,
    PricedSchema,
    PriceString,
    optional_price,
)
from novacart.adapters.web.http.conditional import EntityTag
from novacart.adapters.web.http.fields import (
    Identifier,
    ListedText,
    MoneyString,
    Schema,
    StrictInteger,
    Text,
    UtcTime,
)
from novacart.adapters.web.media.routes import absolute_url
from novacart.application.catalog.price_queries import RecordedPrice
from novacart.application.ports.product_view import ProductWithVariants, VariantView
from novacart.domain.catalog.options import MAX_OPTION_TEXT, MAX_OPTION_VALUES, MAX_OPTIONS
from novacart.domain.catalog.product_details import MAX_SKU
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.catalog.text_rules import MAX_REFERENCE
from novacart.domain.catalog.variant import MAX_WEIGHT
from novacart.domain.shared.money import decimal_string


class PriceSchema(Schema):
    """A price of a variant, until the next one of its history."""

    price = MoneyString(required=True)
    compare_at_price = CompareAtPrice()
    currency = fields.String(required=True)
    valid_from = UtcTime(required=True)
    changed_by = fields.String(required=True, metadata={"example": "staff:7"})


class OptionValueSchema(Schema):
    id = Identifier(required=True)
    value = fields.String(required=True, metadata={"example": "M"})


class OptionSchema(Schema):
    """An option of a product, with its values in the order in which they are shown."""

    id = Identifier(required=True)
    name = fields.String(required=True, metadata={"example": "Size"})
    values = fields.List(fields.Nested(OptionValueSchema), required=True)


class ChosenValueSchema(Schema):
    """The value of a variant for one option, by their ids."""

    option = Identifier(required=True)
    value = Identifier(required=True)


class VariantSchema(Schema):
    """A variant of a product: what customers buy."""

    id = Identifier(required=True)
    sku = fields.String(required=True, allow_none=True)
    barcode = fields.String(
        required=True, allow_none=True, metadata={"description": "A GTIN of 8 to 14 digits."}
    )
    price = MoneyString(required=True)
    compare_at_price = CompareAtPrice()
    lowest_price_30_days = LowestPrice()
    weight = fields.Integer(required=True, allow_none=True, metadata={"description": "In grams."})
    image = ImageUrl(required=True, allow_none=True)
    stock = fields.Integer(
        required=True, metadata={"description": "The number of units that can be ordered."}
    )
    options = fields.String(
        required=True,
        metadata={"description": "Its values on one line.", "example": "Size: M, Colour: Red"},
    )
    values = fields.List(fields.Nested(ChosenValueSchema), required=True)
    is_default = fields.Boolean(
        required=True, metadata={"description": "Bought by clients that name only the product."}
    )
    etag = fields.String(
        required=True, metadata={"description": "For `If-Match` of a change of the variant."}
    )


class VariantWriteSchema(PricedSchema):
    """A variant as staff write it. Loads the fields of `VariantDetails`, `stock` and `values`."""

    sku = Text(maximum=MAX_SKU, allow_none=True)
    barcode = Text(
        maximum=14, allow_none=True, metadata={"description": "A GTIN with its check digit."}
    )
    price = PriceString(required=True)
    compare_at_price = PriceString(allow_none=True)
    weight = StrictInteger(
        minimum=1,
        maximum=MAX_WEIGHT,
        attribute="weight_g",
        allow_none=True,
        metadata={"description": "In grams."},
    )
    image = ImageReference(
        maximum=MAX_REFERENCE, allow_none=True, metadata={"description": "An http(s) URL."}
    )
    stock = StrictInteger(
        minimum=0,
        maximum=MAX_ON_HAND,
        metadata={"description": "As of a product, with the `etag` of the variant in `If-Match`."},
    )
    values = fields.List(
        fields.Nested(ChosenValueSchema),
        validate=validate.Length(max=MAX_OPTIONS),
        metadata={"description": "One value for each option of the product."},
    )

    @post_load
    def _by_option(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        if "values" in data:
            values = {each["option"]: each["value"] for each in data["values"]}
            if len(values) < len(data["values"]):
                raise ValidationError("Name each option once.", "values")
            data["values"] = values
        return data


class VariantPatchSchema(VariantWriteSchema):
    """The members to change."""

    price = PriceString()


class OptionWriteSchema(Schema):
    """A new option. The present variants get the value `existing`."""

    name = Text(required=True, minimum=1, maximum=MAX_OPTION_TEXT)
    values = fields.List(
        ListedText(minimum=1, maximum=MAX_OPTION_TEXT),
        required=True,
        validate=validate.Length(min=1, max=MAX_OPTION_VALUES),
    )
    existing = Text(required=True, minimum=1, maximum=MAX_OPTION_TEXT)


class OptionNameSchema(Schema):
    name = Text(required=True, minimum=1, maximum=MAX_OPTION_TEXT)


class OptionTextSchema(Schema):
    value = Text(required=True, minimum=1, maximum=MAX_OPTION_TEXT)


class DefaultVariantSchema(Schema):
    variant_id = Identifier(required=True)


def recorded_price_json(price: RecordedPrice) -> dict[str, Any]:
    """The dump of `PriceSchema`."""
    entry = price.entry
    compare_at = entry.compare_at_price
    return {
        "price": str(entry.price),
        "compare_at_price": None if compare_at is None else str(compare_at),
        "currency": entry.price.currency,
        "valid_from": entry.valid_from,
        "changed_by": entry.changed_by,
    }


def variant_json(detail: ProductWithVariants, variant: VariantView) -> dict[str, Any]:
    """The dump of `VariantSchema`."""
    return {
        "id": variant.id,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": decimal_string(variant.price_minor, variant.currency),
        "compare_at_price": optional_price(variant.compare_at_minor, variant.currency),
        "lowest_price_30_days": optional_price(variant.lowest_30_days_minor, variant.currency),
        "weight": variant.weight_g,
        "image": absolute_url(variant.image),
        "stock": variant.stock,
        "options": variant.options,
        "values": [
            {"option": option_id, "value": value_id}
            for option_id, value_id in variant.values.items()
        ],
        "is_default": variant.id == detail.default_variant_id,
        "etag": variant_etag(variant),
    }


def variant_etag(variant: VariantView) -> str:
    """It changes with every edit and with the stock."""
    return str(EntityTag(variant.version, (variant.stock,)))
