"""Public routes of products and categories by their slugs."""

from typing import Final

from flask import Response, url_for

from novacart.adapters.web.catalog.category_schemas import CategorySchema
from novacart.adapters.web.catalog.product_schemas import ProductDetailSchema
from novacart.adapters.web.catalog.routes import (
    REVALIDATE,
    UNCHANGED,
    category_etag,
    category_response,
    conditional_product,
)
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import not_modified
from novacart.adapters.web.http.endpoints import cacheable
from novacart.adapters.web.http.responses import json_response
from novacart.application.catalog.queries import CatalogQueries

_MOVED: Final = "It has another slug now, which the body and `Location` name."


def slugs_blueprint(*, queries: CatalogQueries) -> Blueprint:
    """Products and categories by slug."""
    blueprint = Blueprint("slugs", __name__, url_prefix="/api", description="Products by slug.")

    @blueprint.route("/products/by-slug/<slug>/")
    @public
    @cacheable
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.alt_response(301, description=_MOVED)
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("product_not_found")
    def show_product(slug: str) -> Response:
        """One product by its slug. A former slug leads to the present one."""
        detail = queries.product_with_variants(queries.product_by_slug(slug))
        current = detail.product.current_slug
        if slug != current:
            return _moved("slugs.show_product", current)
        return conditional_product(detail)

    @blueprint.route("/categories/by-slug/<slug>/")
    @public
    @cacheable
    @blueprint.response(200, CategorySchema)
    @blueprint.alt_response(301, description=_MOVED)
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("category_not_found")
    def show_category(slug: str) -> Response:
        """One category by its slug. A former slug leads to the present one."""
        category = queries.category_by_slug(slug)
        if slug != category.slug:
            return _moved("slugs.show_category", category.slug)
        etag = category_etag(category)
        return not_modified(etag, REVALIDATE) or category_response(category)

    return blueprint


def _moved(endpoint: str, slug: str) -> Response:
    # Not cached for good, because another product or category may get the former slug.
    headers = {**REVALIDATE, "Location": url_for(endpoint, slug=slug)}
    return json_response({"slug": slug}, 301, headers)
