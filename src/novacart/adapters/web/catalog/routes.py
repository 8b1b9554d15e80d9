"""Public routes of products and categories."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zlib import crc32

from flask import Response, request

from novacart.adapters.web.catalog.attribute_schemas import (
    CategoryCountSchema,
    FacetsSchema,
    facets_json,
)
from novacart.adapters.web.catalog.category_schemas import CategorySchema
from novacart.adapters.web.catalog.json_cache import JsonCache, TaggedJson
from novacart.adapters.web.catalog.list_schemas import (
    BrandCountSchema,
    OnSaleSchema,
    PriceRangeSchema,
    SuggestionSchema,
    brand_json,
    price_range_json,
    suggestion_json,
)
from novacart.adapters.web.catalog.product_documents import ProductDocuments, ProductPages
from novacart.adapters.web.catalog.product_schemas import (
    ProductDetailSchema,
    ProductSchema,
    product_detail_json,
)
from novacart.adapters.web.catalog.query_schemas import (
    DEFAULT_LIMIT,
    CategoryQuerySchema,
    ProductFilterSchema,
    ProductListSchema,
    SuggestionQuerySchema,
)
from novacart.adapters.web.catalog.variant_schemas import variant_etag, variant_json
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import EntityTag, not_modified
from novacart.adapters.web.http.cursors import decode_cursor, encode_cursor
from novacart.adapters.web.http.endpoints import cacheable, slow_read
from novacart.adapters.web.http.fields import QueryBoolean
from novacart.adapters.web.http.rate_limits import count_search
from novacart.adapters.web.http.responses import encoded_response, json_bytes, json_response
from novacart.application.catalog.attribute_filters import read_conditions
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    BrandCount,
    CatalogQueries,
    CategoryView,
    PriceRange,
    ProductFilter,
    ProductSort,
)
from novacart.application.ports.product_view import ProductState, ProductWithVariants
from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.catalog.errors import VariantNotFound
from novacart.domain.shared.ids import ProductId, VariantId

# Caches may store a response but must revalidate it before each use.
REVALIDATE = {"Cache-Control": "no-cache"}
NEXT_PAGE = {
    "Link": {
        "description": '`rel="next"`: the next page, if there is one.',
        "schema": {"type": "string"},
    }
}
_LIST_HEADERS = {
    **NEXT_PAGE,
    "X-Total-Count": {
        "description": "The total number, if requested with `count=true`.",
        "schema": {"type": "integer"},
    },
    "X-Estimated-Count": {
        "description": "About the total number, if requested with `estimate_count=true`.",
        "schema": {"type": "integer"},
    },
}
UNCHANGED = "The client has the current representation."
# A list without other filters is read from an index in its order.
_QUICK_PARAMETERS = ("category", "sort", "limit", "cursor")
_COUNTS = frozenset({"count", "estimate_count"})
# A count of products with one of these filters is no stored number.
_COUNTED_FILTERS = frozenset(
    {"tag", "min_price", "max_price", "in_stock", "available", "attribute"}
)


def _is_list_search(query: str) -> bool:
    """Whether a list with this query string is a search, whose number and time are limited.

    So is one that counts products, unless their number is stored.
    """
    given = dict(parse_qsl(query))
    if given.get("search", "").strip():
        return True
    is_counted = any(given.get(name) in QueryBoolean.truthy for name in _COUNTS)
    return is_counted and not _COUNTED_FILTERS.isdisjoint(given)


def _count_list_search() -> None:
    if _is_list_search(request.environ["QUERY_STRING"]):
        count_search()


def _is_always_search(_query: str) -> bool:
    return True


def catalog_blueprint(
    *, queries: CatalogQueries, documents: ProductDocuments, policy: CatalogPolicy
) -> Blueprint:
    """Products, facets and search suggestions."""
    blueprint = Blueprint("catalog", __name__, url_prefix="/api/products", description="Products.")
    pages = ProductPages(queries)
    brands_json = JsonCache[Sequence[BrandCount]](
        lambda brands: [brand_json(brand) for brand in brands]
    )
    prices_json = JsonCache[PriceRange](price_range_json)

    @blueprint.route("/")
    @public
    @cacheable
    @slow_read(quick=_QUICK_PARAMETERS, is_search=_is_list_search)
    @blueprint.arguments(ProductListSchema(policy=policy), location="query")
    @blueprint.response(200, ProductSchema(many=True), headers=_LIST_HEADERS)
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("too_many_requests")
    def list_products(query: dict[str, Any]) -> Response:
        """Products, filtered and sorted. `Link` with `rel="next"` leads to the next page.

        Searches, and counts by price, stock, tag or attribute, are limited for each client.
        """
        filters = _read_filters(queries, query)
        _count_list_search()
        sort = _sort(query.get("sort", ProductSort.RELEVANCE), filters)
        cursor = query.get("cursor")
        page = queries.list_products(
            filters,
            sort=sort,
            limit=query.get("limit", DEFAULT_LIMIT),
            after=None if cursor is None else decode_cursor(cursor, sort),
        )
        headers = dict(REVALIDATE)
        if page.next is not None:
            headers["Link"] = f'<{next_url(encode_cursor(page.next, sort))}>; rel="next"'
        headers |= _count_headers(queries, query, filters)
        return tagged_response(documents.array(page.products), headers)

    @blueprint.route("/<int:product_id>/")
    @public
    @cacheable
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("product_not_found")
    def show_product(product_id: int) -> Response:
        """One product with its options and variants, and its `ETag`."""
        state = queries.product_state(ProductId(product_id))
        unchanged = not_modified(_product_etag(state), REVALIDATE)
        if unchanged is not None:
            return unchanged
        content, state = pages.page(state)
        return encoded_response(content, 200, {**REVALIDATE, "ETag": _product_etag(state)})

    @blueprint.route("/brands/")
    @public
    @cacheable
    @blueprint.arguments(CategoryQuerySchema, location="query")
    @blueprint.response(200, BrandCountSchema(many=True))
    @blueprint.alt_response(304, description=UNCHANGED)
    def list_brands(query: dict[str, Any]) -> Response:
        """Brands by title, each with its number of products."""
        category = query.get("category")
        return _revalidated(brands_json.encode(category, queries.brands(category)))

    @blueprint.route("/price-range/")
    @public
    @cacheable
    @blueprint.arguments(CategoryQuerySchema, location="query")
    @blueprint.response(200, PriceRangeSchema)
    @blueprint.alt_response(304, description=UNCHANGED)
    def show_price_range(query: dict[str, Any]) -> Response:
        """The lowest and the highest price."""
        category = query.get("category")
        return _revalidated(prices_json.encode(category, queries.price_range(category)))

    @blueprint.route("/on-sale/")
    @public
    @cacheable
    @blueprint.arguments(CategoryQuerySchema, location="query")
    @blueprint.response(200, OnSaleSchema)
    @blueprint.alt_response(304, description=UNCHANGED)
    def count_on_sale(query: dict[str, Any]) -> Response:
        """The number of products on sale, which the filter `on_sale` selects."""
        filters = ProductFilter(category=query.get("category"), on_sale=True)
        return tagged_response(json_bytes({"count": queries.count_products(filters)}))

    @blueprint.route("/facets/")
    @public
    @cacheable
    @slow_read(is_search=_is_always_search)
    @blueprint.arguments(ProductFilterSchema(policy=policy), location="query")
    @blueprint.response(200, FacetsSchema)
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("too_many_requests")
    def show_facets(query: dict[str, Any]) -> Response:
        """Numbers of products by brand, category, sale, stock and attribute, and their prices.

        The counts of a facet apply all filters but its own, and can be some seconds old. Requests
        are limited for each client, together with searches.
        """
        count_search()
        return tagged_response(
            json_bytes(facets_json(queries.facets(_read_filters(queries, query))))
        )

    @blueprint.route("/search/suggestions/")
    @public
    @cacheable
    @slow_read(is_search=_is_always_search)
    @blueprint.arguments(SuggestionQuerySchema, location="query")
    @blueprint.response(200, SuggestionSchema(many=True))
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("too_many_requests")
    def suggest(query: dict[str, Any]) -> Response:
        """Up to ten categories, brands and products that match the text typed so far."""
        count_search()
        suggestions = queries.suggestions(query["q"])
        return tagged_response(json_bytes([suggestion_json(each) for each in suggestions]))

    return blueprint


def categories_blueprint(*, queries: CatalogQueries) -> Blueprint:
    """Categories."""
    blueprint = Blueprint(
        "categories", __name__, url_prefix="/api/categories", description="Categories."
    )
    category_schema = CategorySchema(many=True)

    @blueprint.route("/")
    @public
    @cacheable
    @blueprint.response(200, CategorySchema(many=True))
    @blueprint.alt_response(304, description=UNCHANGED)
    def list_categories() -> Response:
        """The active categories: each before those in it, siblings by position."""
        return tagged_response(json_bytes(category_schema.dump(queries.categories())))

    @blueprint.route("/counts/")
    @public
    @cacheable
    @blueprint.response(200, CategoryCountSchema(many=True))
    @blueprint.alt_response(304, description=UNCHANGED)
    def count_products() -> Response:
        """The number of products of each active category, with those in the categories below."""
        return tagged_response(json_bytes([each._asdict() for each in queries.category_counts()]))

    return blueprint


def category_response(category: CategoryView, status: int = 200) -> Response:
    """A category with its `ETag`."""
    headers = {**REVALIDATE, "ETag": category_etag(category)}
    return json_response(CategorySchema().dump(category), status, headers)


def category_etag(category: CategoryView) -> str:
    """It changes with every edit of the category and of those above it."""
    path = repr([*category.breadcrumbs])
    return str(EntityTag(category.version, (crc32(path.encode()),)))


def conditional_product(detail: ProductWithVariants) -> Response:
    """A product with its `ETag`, or 304 if the client has it."""
    etag = _product_etag(detail.state)
    return not_modified(etag, REVALIDATE) or product_response(detail)


def product_response(detail: ProductWithVariants, status: int = 200) -> Response:
    """A product with its `ETag`."""
    headers = {**REVALIDATE, "ETag": _product_etag(detail.state)}
    return json_response(product_detail_json(detail), status, headers)


def variant_response(detail: ProductWithVariants, variant_id: VariantId, status: int) -> Response:
    """A variant with its `ETag`. Raises `VariantNotFound` if it was archived meanwhile."""
    variant = detail.variant(variant_id)
    if variant is None:
        raise VariantNotFound
    headers = {**REVALIDATE, "ETag": variant_etag(variant)}
    return json_response(variant_json(detail, variant), status, headers)


def _product_etag(state: ProductState) -> str:
    """It changes with every edit, also of attributes, with each stock, and with the pictures."""
    # The stock of the product is first and the version of the gallery is last, for `If-Match`; the
    # stocks of several variants are one checksum.
    counts = [state.default_stock]
    if len(state.variants) > 1:
        counts.append(crc32(",".join(map(str, state.stocks)).encode()))
    if state.attributes_version:
        counts.append(state.attributes_version)
    return str(EntityTag(state.version, (*counts, state.gallery_version)))


def _read_filters(queries: CatalogQueries, query: Mapping[str, Any]) -> ProductFilter:
    """The filters of a query."""
    category = query.get("category")
    attributes: tuple[AttributeCondition, ...] = ()
    if query["attribute"]:
        attributes = read_conditions(queries.attributes_of(category), query["attribute"])
    return ProductFilter(
        category=category,
        brands=tuple(dict.fromkeys(query["brand"])),
        tags=tuple(dict.fromkeys(query["tag"])),
        min_price=query.get("min_price"),
        max_price=query.get("max_price"),
        in_stock=query.get("in_stock"),
        available=query.get("available"),
        on_sale=query.get("on_sale"),
        attributes=attributes,
        search=query["search"],
    )


def _sort(sort: ProductSort, filters: ProductFilter) -> ProductSort:
    """The sort order; relevance needs a search."""
    if sort is ProductSort.RELEVANCE and not filters.search.strip():
        return ProductSort.NEWEST
    return sort


def next_url(cursor: str) -> str:
    """The URL of this request, from a cursor on."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{request.host_url}{request.path[1:]}?{urlencode([*others, ('cursor', cursor)])}"


def _count_headers(
    queries: CatalogQueries, query: Mapping[str, Any], filters: ProductFilter
) -> dict[str, str]:
    """The number of products, if the query asks for it."""
    if query["count"]:
        return {"X-Total-Count": str(queries.count_products(filters))}
    if query["estimate_count"]:
        number, is_exact = queries.estimate_count(filters)
        return {"X-Total-Count" if is_exact else "X-Estimated-Count": str(number)}
    return {}


def tagged_response(content: bytes, headers: dict[str, str] | None = None) -> Response:
    """A response with an `ETag` of its content, or 304 if the client has it."""
    return _revalidated(TaggedJson.of(content), headers or REVALIDATE)


def _revalidated(json: TaggedJson, headers: dict[str, str] = REVALIDATE) -> Response:
    """A response with an `ETag`, or 304 if the client has it."""
    return not_modified(json.etag, headers) or encoded_response(
        json.content, 200, {"ETag": json.etag, **headers}
    )
