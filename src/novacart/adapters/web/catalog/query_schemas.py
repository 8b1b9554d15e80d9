"""Query strings of the catalog."""

from typing import Final

from marshmallow import fields, validate

from novacart.adapters.web.catalog.fields import PricedSchema, PriceString
from novacart.adapters.web.http.fields import (
    ListedText,
    QueryBoolean,
    QueryInteger,
    QuerySchema,
    Text,
    UtcTime,
)
from novacart.application.catalog.queries import ProductSort
from novacart.domain.catalog.attribute_details import MAX_ATTRIBUTE_TEXT, MAX_ATTRIBUTES, MAX_CODE
from novacart.domain.catalog.product_details import MAX_TITLE
from novacart.domain.catalog.text_rules import MAX_TAG, MAX_TAGS

MAX_LIMIT: Final = 200
# Products without `limit`, since v1 clients never page.
DEFAULT_LIMIT: Final = 1000
_MAX_BRANDS: Final = 50
MAX_ATTRIBUTE_FILTER: Final = MAX_CODE + 1 + MAX_ATTRIBUTE_TEXT


class ProductFilterSchema(PricedSchema, QuerySchema):
    """Filters of a product list."""

    category = Text(
        maximum=100,
        metadata={
            "description": "The slug of a category: its products, and those of categories in it."
        },
    )
    brand = fields.List(
        ListedText(maximum=MAX_TITLE),
        validate=validate.Length(max=_MAX_BRANDS),
        load_default=list,
        metadata={
            "description": "Any of these brands; repeat the parameter for several. Case, accents"
            " and repeated spaces make no difference."
        },
    )
    tag = fields.List(
        ListedText(maximum=MAX_TAG),
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
        ListedText(minimum=3, maximum=MAX_ATTRIBUTE_FILTER),
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
        load_default=False,
        metadata={
            "description": "Return the total in `X-Total-Count`. Among more than 10,000"
            " products, with other filters than `category`, `brand` and `on_sale`, it can be"
            " some seconds old."
        },
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
