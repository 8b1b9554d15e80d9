"""What the catalogue takes."""

from typing import Final

from marshmallow import fields, validate

from novacart.adapters.web.http.fields import (
    Identifier,
    MoneyString,
    QueryBoolean,
    QueryInteger,
    QuerySchema,
    Schema,
    StrictInteger,
    Text,
)
from novacart.application.catalog.queries import ProductSort

MAX_LIMIT: Final = 200
_MAX_TEXT: Final = 200
_MAX_BRANDS: Final = 50


class ProductWriteSchema(Schema):
    """A product as staff write it; `price` in the shop's currency."""

    title = Text(required=True, minimum=1, maximum=_MAX_TEXT)
    subtitle = Text(maximum=_MAX_TEXT)
    description = Text(maximum=20_000)
    price = MoneyString(required=True)
    currency = Text(maximum=3, metadata={"description": "The shop's own, if you name one."})
    author = Text(maximum=_MAX_TEXT, allow_none=True)
    published_year = StrictInteger(minimum=1, maximum=9999, allow_none=True)
    brand = Text(
        maximum=_MAX_TEXT, allow_none=True, metadata={"description": "The title, by default."}
    )
    stock = StrictInteger(
        minimum=0,
        maximum=1_000_000_000,
        metadata={"description": "What can be ordered from now on."},
    )
    category = Identifier(allow_none=True, metadata={"description": "The category's id."})
    image = Text(
        maximum=2048, allow_none=True, metadata={"description": "A picture's http(s) URL."}
    )


class ProductPatchSchema(ProductWriteSchema):
    """The members to write anew."""

    title = Text(minimum=1, maximum=_MAX_TEXT)
    price = MoneyString()


class ProductListSchema(QuerySchema):
    """Which products, in which order, from where."""

    category = Text(maximum=100, metadata={"description": "The slug of a category."})
    brand = fields.List(
        Text(maximum=_MAX_TEXT),
        validate=validate.Length(max=_MAX_BRANDS),
        load_default=list,
        metadata={"description": "Any of these; repeat it for several."},
    )
    min_price = MoneyString()
    max_price = MoneyString()
    in_stock = QueryBoolean(metadata={"description": "What can be ordered now, or what can't."})
    search = Text(
        maximum=_MAX_TEXT,
        load_default="",
        metadata={"description": "Each word begins a word of the product."},
    )
    sort = fields.Enum(
        ProductSort,
        by_value=True,
        metadata={"description": "By default `relevance` with a search, `newest` without."},
    )
    limit = QueryInteger(minimum=1, maximum=MAX_LIMIT, load_default=100)
    cursor = Text(maximum=200, metadata={"description": "Opaque: from a `Link` header."})
    count = QueryBoolean(
        load_default=False, metadata={"description": "Tell the total in `X-Total-Count`."}
    )


class CategoryQuerySchema(QuerySchema):
    category = Text(maximum=100, metadata={"description": "The slug of a category."})


class SuggestionQuerySchema(QuerySchema):
    q = Text(maximum=_MAX_TEXT, load_default="", metadata={"description": "What was typed."})
