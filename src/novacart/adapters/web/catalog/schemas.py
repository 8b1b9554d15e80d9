"""Request and response schemas of the catalog."""

from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate, validates

from novacart.adapters.web.http.conditional import EntityTag
from novacart.adapters.web.http.fields import (
    Identifier,
    MoneyString,
    QueryBoolean,
    QueryInteger,
    QuerySchema,
    Schema,
    StrictBoolean,
    StrictInteger,
    Text,
    UtcTime,
    is_storable,
)
from novacart.adapters.web.media.routes import absolute_url, image_reference, srcset
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.price_queries import RecordedPrice
from novacart.application.catalog.queries import (
    BrandCount,
    PriceRange,
    ProductSort,
    Suggestion,
    SuggestionType,
)
from novacart.application.ports.product_view import (
    PictureView,
    ProductView,
    ProductWithVariants,
    VariantView,
)
from novacart.domain.catalog.attribute_details import (
    MAX_ATTRIBUTE_TEXT,
    MAX_ATTRIBUTES,
    MAX_CODE,
    AttributeType,
)
from novacart.domain.catalog.category_details import MAX_NAME, MAX_POSITION
from novacart.domain.catalog.options import MAX_OPTION_TEXT, MAX_OPTION_VALUES, MAX_OPTIONS
from novacart.domain.catalog.picture import MAX_ALT, MAX_PICTURES
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
from novacart.domain.catalog.variant import MAX_VARIANTS, MAX_WEIGHT
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money, decimal_string

MAX_LIMIT: Final = 200
# Products without `limit`, since v1 clients never page.
DEFAULT_LIMIT: Final = 1000
_MAX_BRANDS: Final = 50
MAX_ATTRIBUTE_FILTER: Final = MAX_CODE + 1 + MAX_ATTRIBUTE_TEXT

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


class ImageSizes(fields.String):
    """The attribute `srcset` of an image, null if there is none."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return srcset(value)


class AttributeValueField(fields.Field[Any]):
    """A text, a number or a boolean."""

    def __init__(self, **options: Any) -> None:
        types = ["string", "number", "boolean"]
        super().__init__(metadata={"type": types, "maxLength": MAX_ATTRIBUTE_TEXT}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, str | int | float):
            raise ValidationError("This must be a text, a number or a boolean.")
        if isinstance(value, str) and not is_storable(value):
            raise ValidationError("It contains characters that can't be stored.")
        return value


class PricedSchema(Schema):
    """A schema with prices in the currency of `policy`."""

    def __init__(self, *, policy: CatalogPolicy, **options: Any) -> None:
        super().__init__(**options)
        self.policy = policy


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
        Text(minimum=1, maximum=MAX_TAG),
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


class ProductFilterSchema(PricedSchema, QuerySchema):
    """Filters of a product list."""

    category = Text(
        maximum=100,
        metadata={
            "description": "The slug of a category: its products, and those of categories in it."
        },
    )
    brand = fields.List(
        Text(maximum=MAX_TITLE),
        validate=validate.Length(max=_MAX_BRANDS),
        load_default=list,
        metadata={
            "description": "Any of these brands; repeat the parameter for several. Case, accents"
            " and repeated spaces make no difference."
        },
    )
    tag = fields.List(
        Text(maximum=MAX_TAG),
        validate=validate.Length(max=MAX_TAGS),
        load_default=list,
        metadata={
            "description": "Any of these tags; repeat the parameter for several. Case, accents"
            " and repeated spaces make no difference."
        },
    )
    min_price = PriceString()
    max_price = PriceString()
    in_stock = QueryBoolean(
        metadata={
            "description": "Only products whose default variant can be ordered now, which have a"
            " `stock` above 0, or only the others."
        }
    )
    available = QueryBoolean(
        metadata={
            "description": "Only products of which a variant can be ordered now, or only the"
            " others."
        }
    )
    on_sale = QueryBoolean(
        metadata={
            "description": "Only products of which a variant costs less than its compare-at price,"
            " or only the others."
        }
    )
    search = Text(
        maximum=200,
        load_default="",
        metadata={
            "description": "Each word matches as the prefix of a word of the product. Case,"
            " accents, hyphens and the order of words make no difference."
        },
    )
    attribute = fields.List(
        Text(minimum=3, maximum=MAX_ATTRIBUTE_FILTER),
        validate=validate.Length(max=MAX_ATTRIBUTES),
        load_default=list,
        metadata={
            "description": "The code of an attribute of the category, a colon and a value:"
            " `colour:Red`, `waterproof:true`, or bounds of a number: `weight:0.5..2`,"
            " `weight:..2`. Repeat the parameter: products match any of the values of one"
            " attribute, and each attribute. Without `category`, no product matches.",
        },
    )


class ProductListSchema(ProductFilterSchema):
    """Filters, sort order and page of a product list."""

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
    estimate_count = QueryBoolean(
        load_default=False,
        metadata={
            "description": "Return the total in `X-Total-Count` if it can be counted soon, or"
            " otherwise an estimate in `X-Estimated-Count`."
        },
    )


class CategoryQuerySchema(QuerySchema):
    category = Text(maximum=100, metadata={"description": "The slug of a category."})


class BestSellersQuerySchema(QuerySchema):
    limit = QueryInteger(minimum=1, maximum=50, load_default=12)


class SuggestionQuerySchema(QuerySchema):
    q = Text(maximum=200, load_default="", metadata={"description": "The text typed so far."})


class CompareAtPrice(MoneyString):
    """A price that is shown crossed out."""

    def __init__(self) -> None:
        super().__init__(
            required=True,
            allow_none=True,
            metadata={"description": "The price before a sale, or the maximum retail price."},
        )


class LowestPrice(MoneyString):
    """The price that must be shown with a price reduction."""

    def __init__(self) -> None:
        super().__init__(
            required=True,
            allow_none=True,
            metadata={
                "description": "Of a variant on sale: its lowest price of the 30 days before the"
                " price reduction (Directive 98/6/EC, Article 6a). Null if it had none."
            },
        )


class FeedSchema(QuerySchema):
    token = fields.String(
        required=True,
        validate=validate.Length(max=200),
        metadata={"description": "The shop's `FEED_TOKEN`."},
    )


class PriceHistorySchema(QuerySchema):
    at = UtcTime(metadata={"description": "Leaves out prices that became valid later."})
    limit = QueryInteger(minimum=1, maximum=MAX_LIMIT, load_default=50)
    cursor = QueryInteger(minimum=1, metadata={"description": "From a `Link` header."})


class PriceSchema(Schema):
    """A price of a variant, until the next one of its history."""

    price = MoneyString(required=True)
    compare_at_price = CompareAtPrice()
    currency = fields.String(required=True)
    valid_from = UtcTime(required=True)
    changed_by = fields.String(required=True, metadata={"example": "staff:7"})


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


class ProductImageSchema(Schema):
    """A picture of a product. Images elsewhere have no known size and no smaller versions."""

    id = Identifier(required=True)
    src = ImageUrl(required=True)
    srcset = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The image in up to three sizes, as the attribute `srcset` of HTML.",
            "example": "https://shop.example/a-400.webp 300w, https://shop.example/a.webp 900w",
        },
    )
    width = fields.Integer(
        required=True, allow_none=True, metadata={"description": "In pixels, as `height`."}
    )
    height = fields.Integer(required=True, allow_none=True)
    alt = fields.String(
        required=True,
        metadata={"description": "The alternative text, by default the title of the product."},
    )
    variants = fields.List(
        Identifier(),
        required=True,
        metadata={"description": "The variants that the picture shows, by their ids."},
    )


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
            data["values"] = {each["option"]: each["value"] for each in data["values"]}
        return data


class VariantPatchSchema(VariantWriteSchema):
    """The members to change."""

    price = PriceString()


class OptionWriteSchema(Schema):
    """A new option. The present variants get the value `existing`."""

    name = Text(required=True, minimum=1, maximum=MAX_OPTION_TEXT)
    values = fields.List(
        Text(minimum=1, maximum=MAX_OPTION_TEXT),
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


class PicturePatchSchema(Schema):
    """The members to change. With an empty `alt`, clients get the title of the product."""

    alt = Text(maximum=MAX_ALT)
    variants = fields.List(
        Identifier(),
        validate=validate.Length(max=MAX_VARIANTS),
        metadata={"description": "All variants that the picture shows, by their ids."},
    )


class PictureOrderSchema(Schema):
    images = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(max=MAX_PICTURES),
        metadata={"description": "The ids of all pictures of the product, in their new order."},
    )


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


class BreadcrumbSchema(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)


class CategorySchema(Schema):
    """A category in the tree of categories."""

    id = Identifier(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    parent = fields.Integer(
        required=True,
        allow_none=True,
        attribute="parent_id",
        metadata={"description": "The id of the category that it is in."},
    )
    path = fields.Function(
        lambda category: "/".join(each.slug for each in category.breadcrumbs),
        required=True,
        metadata={
            "type": "string",
            "description": "The slugs from the root to this category.",
            "example": "clothing/shoes",
        },
    )
    breadcrumbs = fields.List(
        fields.Nested(BreadcrumbSchema),
        required=True,
        metadata={"description": "The categories from the root to this one."},
    )
    image = ImageUrl(required=True, allow_none=True)
    mobile_image = ImageUrl(required=True, allow_none=True)
    mobile_secondary_image = ImageUrl(required=True, allow_none=True)
    desktop_image = ImageUrl(required=True, allow_none=True)
    desktop_secondary_image = ImageUrl(required=True, allow_none=True)
    is_active = fields.Boolean(required=True)
    meta_title = fields.String(required=True, allow_none=True)
    meta_description = fields.String(required=True, allow_none=True)


class CategoryWriteSchema(Schema):
    """A category as staff write it. Loads the fields of `CategoryDetails`."""

    name = Text(required=True, minimum=1, maximum=MAX_NAME)
    slug = Text(
        maximum=MAX_NAME,
        metadata={"description": "Without it, a slug is generated from the name."},
    )
    parent = Identifier(
        attribute="parent_id",
        allow_none=True,
        metadata={"description": "The id of the category that it is in."},
    )
    image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    mobile_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    mobile_secondary_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    desktop_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    desktop_secondary_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    position = StrictInteger(
        minimum=0,
        maximum=MAX_POSITION,
        metadata={"description": "Categories in one parent are shown by rising position."},
    )
    is_active = StrictBoolean(metadata={"description": "By default true."})
    meta_title = Text(maximum=MAX_META_TITLE, allow_none=True)
    meta_description = Text(maximum=MAX_META_DESCRIPTION, allow_none=True)


class CategoryPatchSchema(CategoryWriteSchema):
    """The members to change."""

    name = Text(minimum=1, maximum=MAX_NAME)


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
        "compare_at_price": _optional_price(product.compare_at_minor, product.currency),
        "lowest_price_30_days": _optional_price(product.lowest_30_days_minor, product.currency),
        "on_sale": product.is_on_sale,
        "currency": product.currency,
        "category": product.category_id,
        "image": absolute_url(product.image),
        "image_srcset": srcset(product.image_sizes),
        "slug": product.current_slug,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


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
        "images": [_picture_json(picture, detail) for picture in detail.pictures],
        "attributes": [{**each._asdict(), "type": each.type.value} for each in detail.attributes],
    }


def _picture_json(picture: PictureView, detail: ProductWithVariants) -> dict[str, Any]:
    """The dump of `ProductImageSchema`."""
    sizes = [] if picture.width is None else [*picture.smaller, (picture.image, picture.width)]
    return {
        "id": picture.id,
        "src": absolute_url(picture.image),
        "srcset": srcset(sizes),
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt or detail.product.title,
        "variants": [each.id for each in detail.variants if each.image == picture.image],
    }


def variant_json(detail: ProductWithVariants, variant: VariantView) -> dict[str, Any]:
    """The dump of `VariantSchema`."""
    return {
        "id": variant.id,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": decimal_string(variant.price_minor, variant.currency),
        "compare_at_price": _optional_price(variant.compare_at_minor, variant.currency),
        "lowest_price_30_days": _optional_price(variant.lowest_30_days_minor, variant.currency),
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


def _optional_price(amount: int | None, currency: str) -> str | None:
    return None if amount is None else decimal_string(amount, currency)


def variant_etag(variant: VariantView) -> str:
    """It changes with every edit and with the stock."""
    return str(EntityTag(variant.version, (variant.stock,)))


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
