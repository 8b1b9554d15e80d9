"""Routes of collections: public ones, and those by which staff edit them."""

from typing import Any
from zlib import crc32

from flask import Response, url_for

from novacart.adapters.web.catalog.collection_schemas import (
    CollectionPageSchema,
    CollectionPatchSchema,
    CollectionSchema,
    CollectionWriteSchema,
    collection_json,
)
from novacart.adapters.web.catalog.product_documents import ProductDocuments
from novacart.adapters.web.catalog.product_schemas import ProductSchema
from novacart.adapters.web.catalog.query_schemas import DEFAULT_LIMIT
from novacart.adapters.web.catalog.routes import (
    NEXT_PAGE,
    REVALIDATE,
    UNCHANGED,
    next_url,
    tagged_response,
)
from novacart.adapters.web.http.auth import principal, public, staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import EntityTag, expected_version, not_modified
from novacart.adapters.web.http.cursors import decode_cursor, encode_cursor
from novacart.adapters.web.http.endpoints import cacheable, slow_read
from novacart.adapters.web.http.responses import json_bytes, json_response
from novacart.application.catalog.collection_queries import (
    CollectionQueries,
    CollectionView,
    products_of_collection,
    shown_collections,
)
from novacart.application.catalog.edit_collections import (
    AddCollection,
    AddCollectionCommand,
    EditCollection,
    EditCollectionCommand,
)
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import CatalogQueries, ProductSort
from novacart.application.ports.clock import Clock
from novacart.domain.catalog.collection_details import CollectionDetails
from novacart.domain.catalog.errors import CollectionNotFound


def collections_blueprint(
    *,
    queries: CollectionQueries,
    catalog: CatalogQueries,
    documents: ProductDocuments,
    clock: Clock,
) -> Blueprint:
    """Collections that customers see."""
    blueprint = Blueprint(
        "collections", __name__, url_prefix="/api/collections", description="Collections."
    )

    def shown(slug: str) -> CollectionView:
        collection = queries.collection(slug)
        if not collection.details.is_shown(clock.now()):
            raise CollectionNotFound
        return collection

    @blueprint.route("/")
    @public
    @cacheable
    @blueprint.response(200, CollectionSchema(many=True))
    @blueprint.alt_response(304, description=UNCHANGED)
    def list_collections() -> Response:
        """The collections that are shown now, by position."""
        collections = shown_collections(queries.collections(), clock.now())
        return tagged_response(json_bytes([collection_json(each) for each in collections]))

    @blueprint.route("/<slug>/")
    @public
    @cacheable
    @blueprint.response(200, CollectionSchema)
    @blueprint.alt_response(301, description="It has another slug now, which the body names.")
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("collection_not_found")
    def show_collection(slug: str) -> Response:
        """One collection. A former slug leads to the present one."""
        collection = shown(slug)
        current = collection.details.slug
        if slug != current:
            location = url_for("collections.show_collection", slug=current)
            return json_response({"slug": current}, 301, {**REVALIDATE, "Location": location})
        return not_modified(_etag(collection), REVALIDATE) or _collection_response(collection)

    @blueprint.route("/<slug>/products/")
    @public
    @cacheable
    @slow_read()
    @blueprint.arguments(CollectionPageSchema, location="query")
    @blueprint.response(200, ProductSchema(many=True), headers=NEXT_PAGE)
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("collection_not_found")
    def list_products_of_collection(query: dict[str, Any], slug: str) -> Response:
        """The products of a collection, in its order. `Link` leads to the next page."""
        collection = shown(slug)
        details = collection.details
        # A cursor of picked products is a place, and that of a rule belongs to its sort order.
        sort = ProductSort.RELEVANCE if details.rule is None else ProductSort(details.sort.value)
        cursor = query.get("cursor")
        page = products_of_collection(
            collection,
            queries=queries,
            catalog=catalog,
            limit=query.get("limit", DEFAULT_LIMIT),
            after=None if cursor is None else decode_cursor(cursor, sort),
        )
        headers = dict(REVALIDATE)
        if page.next is not None:
            headers["Link"] = f'<{next_url(encode_cursor(page.next, sort))}>; rel="next"'
        return tagged_response(documents.array(page.products), headers)

    return blueprint


def collections_staff_blueprint(
    *,
    add_collection: AddCollection,
    edit_collection: EditCollection,
    queries: CollectionQueries,
    policy: CatalogPolicy,
) -> Blueprint:
    """Adding and editing collections, for staff."""
    blueprint = Blueprint(
        "collections_staff", __name__, url_prefix="/api/collections", description="Collections."
    )

    @blueprint.route("/", methods=["POST"])
    @staff_only("categories.write")
    @blueprint.arguments(CollectionWriteSchema(policy=policy))
    @blueprint.response(201, CollectionSchema)
    @blueprint.raises("slug_taken")
    def add(body: dict[str, Any]) -> Response:
        """Add a collection of `product_ids`, or by a `rule`."""
        attributes = body.pop("rule_attributes", ())
        command = AddCollectionCommand(
            actor=principal().actor, details=CollectionDetails(**body), attributes=attributes
        )
        return _collection_response(queries.collection(add_collection(command)), 201)

    @blueprint.route("/<slug>/", methods=["PATCH"])
    @staff_only("categories.write")
    @blueprint.arguments(CollectionPatchSchema(policy=policy))
    @blueprint.response(200, CollectionSchema)
    @blueprint.raises("collection_not_found", "slug_taken", "stale_version")
    def change(body: dict[str, Any], slug: str) -> Response:
        """Change some members of a collection. `If-Match` has its `ETag`."""
        attributes = body.pop("rule_attributes", ())
        command = EditCollectionCommand(
            actor=principal().actor,
            slug=slug,
            changes=body,
            attributes=attributes,
            expected_version=expected_version(),
        )
        return _collection_response(queries.collection(edit_collection(command)))

    return blueprint


def _collection_response(collection: CollectionView, status: int = 200) -> Response:
    headers = {**REVALIDATE, "ETag": _etag(collection)}
    return json_response(collection_json(collection), status, headers)


def _etag(collection: CollectionView) -> str:
    """It changes with every edit, and when a choice that the rule names is renamed."""
    texts = "\n".join(collection.attributes)
    return str(EntityTag(collection.version, (crc32(texts.encode()),) if texts else ()))
