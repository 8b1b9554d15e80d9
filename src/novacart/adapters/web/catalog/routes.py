"""The catalogue over HTTP: what everybody reads."""

from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from novacart.adapters.web.catalog.request_schemas import (
    CategoryQuerySchema,
    ProductListSchema,
    SuggestionQuerySchema,
)
from novacart.adapters.web.catalog.schemas import (
    BrandCountSchema,
    CategorySchema,
    PriceRangeSchema,
    ProductSchema,
    SuggestionSchema,
    category_json,
    product_json,
    suggestion_json,
)
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import make_etag, not_modified
from novacart.adapters.web.http.cursors import decode_cursor, encode_cursor
from novacart.adapters.web.http.responses import json_bytes, json_response
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import CatalogQueries, ProductFilter, ProductSort
from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money

# A cache may keep an answer, but asks whether it still holds.
_REVALIDATE = {"Cache-Control": "no-cache"}
_LIST_HEADERS = {
    "Link": {
        "description": '`rel="next"`: the next of them, where there are more.',
        "schema": {"type": "string"},
    },
    "X-Total-Count": {
        "description": "How many there are, where `count=true` asked.",
        "schema": {"type": "integer"},
    },
}
_UNCHANGED = "What `If-None-Match` names is what there is."


def catalog_blueprint(*, queries: CatalogQueries, policy: CatalogPolicy) -> Blueprint:
    """Products, their facets and suggestions, open to anyone."""
    blueprint = Blueprint(
        "catalog",
        __name__,
        url_prefix="/api/products",
        description="What the shop sells.",
    )

    @blueprint.route("/")
    @public
    @blueprint.arguments(ProductListSchema, location="query")
    @blueprint.response(200, ProductSchema(many=True), headers=_LIST_HEADERS)
    @blueprint.alt_response(304, description=_UNCHANGED)
    def list_products(asked: dict[str, Any]) -> Response:
        """Products, filtered and sorted; `Link` with `rel="next"` leads to the next of them."""
        wanted = _filter(asked, policy.currency)
        sort = _sort(asked, wanted)
        cursor = asked.get("cursor")
        page = queries.list_products(
            wanted,
            sort=sort,
            limit=asked["limit"],
            after=None if cursor is None else decode_cursor(cursor, sort),
        )
        headers = dict(_REVALIDATE)
        if page.next is not None:
            headers["Link"] = f'<{_next_address(encode_cursor(page.next, sort))}>; rel="next"'
        if asked["count"]:
            headers["X-Total-Count"] = str(queries.count_products(wanted))
        return _tagged([product_json(product) for product in page.products], headers)

    @blueprint.route("/<int:product_id>/")
    @public
    @blueprint.response(200, ProductSchema)
    @blueprint.alt_response(304, description=_UNCHANGED)
    @blueprint.raises("product_not_found")
    def show_product(product_id: int) -> Response:
        """One product, with its `ETag`."""
        product = queries.product(ProductId(product_id))
        return not_modified(product_tag(product)) or product_answer(product)

    @blueprint.route("/brands/")
    @public
    @blueprint.arguments(CategoryQuerySchema, location="query")
    @blueprint.response(200, BrandCountSchema(many=True))
    @blueprint.alt_response(304, description=_UNCHANGED)
    def list_brands(asked: dict[str, Any]) -> Response:
        """The brands, by title, each with how many products it has."""
        brands = queries.brands(asked.get("category"))
        return _tagged([{"title": brand.title, "count": brand.count} for brand in brands])

    @blueprint.route("/price-range/")
    @public
    @blueprint.arguments(CategoryQuerySchema, location="query")
    @blueprint.response(200, PriceRangeSchema)
    @blueprint.alt_response(304, description=_UNCHANGED)
    def show_price_range(asked: dict[str, Any]) -> Response:
        """The lowest and the highest price."""
        prices = queries.price_range(asked.get("category"))
        return _tagged({"min_price": str(prices.min_price), "max_price": str(prices.max_price)})

    @blueprint.route("/search/suggestions/")
    @public
    @blueprint.arguments(SuggestionQuerySchema, location="query")
    @blueprint.response(200, SuggestionSchema(many=True))
    @blueprint.alt_response(304, description=_UNCHANGED)
    def suggest(asked: dict[str, Any]) -> Response:
        """Categories, brands and products that what was typed may mean: ten at most."""
        return _tagged([suggestion_json(each) for each in queries.suggestions(asked["q"])])

    return blueprint


def categories_blueprint(*, queries: CatalogQueries) -> Blueprint:
    """Categories, open to anyone."""
    blueprint = Blueprint(
        "categories", __name__, url_prefix="/api/categories", description="The shop's shelves."
    )

    @blueprint.route("/")
    @public
    @blueprint.response(200, CategorySchema(many=True))
    @blueprint.alt_response(304, description=_UNCHANGED)
    def list_categories() -> Response:
        """The active categories, in the shop's order."""
        return _tagged([category_json(category) for category in queries.categories()])

    return blueprint


def product_tag(product: ProductView) -> str:
    """The entity tag of a product: it changes with every edit and with the stock."""
    return make_etag(product.version, product.stock)


def product_answer(product: ProductView, status: int = 200) -> Response:
    """A product with its `ETag`."""
    return json_response(
        product_json(product), status, headers={**_REVALIDATE, "ETag": product_tag(product)}
    )


def _filter(asked: dict[str, Any], currency: str) -> ProductFilter:
    return ProductFilter(
        category=asked.get("category"),
        brands=tuple(dict.fromkeys(asked["brand"])),
        min_price=_price(asked, "min_price", currency),
        max_price=_price(asked, "max_price", currency),
        in_stock=asked.get("in_stock"),
        search=asked["search"],
    )


def _price(asked: dict[str, Any], field: str, currency: str) -> Money | None:
    return Money.parse(asked[field], currency, field=field) if field in asked else None


def _sort(asked: dict[str, Any], wanted: ProductFilter) -> ProductSort:
    sort: ProductSort = asked.get("sort", ProductSort.RELEVANCE)
    if sort is ProductSort.RELEVANCE and not wanted.search.strip():
        return ProductSort.NEWEST
    return sort


def _next_address(cursor: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{request.base_url}?{urlencode([*kept, ('cursor', cursor)])}"


def _tagged(body: object, headers: dict[str, str] | None = None) -> Response:
    """An answer whose tag is made of its bytes, or 304 where the client has them."""
    content = json_bytes(body)
    tag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    response = not_modified(tag)
    if response is None:
        response = Response(content, content_type="application/json", headers={"ETag": tag})
    response.headers.extend(headers or _REVALIDATE)
    return response
