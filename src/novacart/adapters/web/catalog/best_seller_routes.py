"""The public list of best-selling products."""

from typing import Any

from flask import Response

from novacart.adapters.web.catalog.product_documents import ProductDocuments
from novacart.adapters.web.catalog.product_schemas import ProductSchema
from novacart.adapters.web.catalog.query_schemas import BestSellersQuerySchema
from novacart.adapters.web.catalog.routes import tagged_response
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.endpoints import cacheable
from novacart.application.catalog.queries import BestSellerQueries


def best_sellers_blueprint(
    *, best_sellers: BestSellerQueries, documents: ProductDocuments
) -> Blueprint:
    """Best-selling products."""
    blueprint = Blueprint(
        "best_sellers", __name__, url_prefix="/api/products", description="Products."
    )

    @blueprint.route("/best-sellers/")
    @public
    @cacheable
    @blueprint.arguments(BestSellersQuerySchema, location="query")
    @blueprint.response(200, ProductSchema(many=True))
    @blueprint.alt_response(304, description="The client has the current representation.")
    def list_best_sellers(query: dict[str, Any]) -> Response:
        """The products in stock that sold most in the last 30 days, without the current day."""
        return tagged_response(documents.array(best_sellers.best_sellers(query["limit"])))

    return blueprint
