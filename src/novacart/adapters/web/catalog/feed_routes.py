"""Product feeds for other services, at URLs with a token."""

from hmac import compare_digest
from typing import Any

from flask import Response, abort, request

from novacart.adapters.web.catalog.query_schemas import FeedSchema
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.media.routes import absolute_url
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.export_feed import ExportFeed, ExportFeedCommand, FeedFormat

_TYPES = {
    FeedFormat.GOOGLE: "text/tab-separated-values",
    FeedFormat.SHOPIFY: "text/csv",
}
_CONTENT = {"type": "string", "description": "A row for each variant."}
_NOT_FOUND = "The token is wrong, or the shop has no feeds."


def feeds_blueprint(*, export_feed: ExportFeed, token: str, frontend_url: str) -> Blueprint:
    """The feeds; none if `token` is blank. Pages of products are at `frontend_url`."""
    blueprint = Blueprint("feeds", __name__, url_prefix="/api/feeds", description="Product feeds.")

    @blueprint.route("/google/")
    @public
    @blueprint.arguments(FeedSchema, location="query")
    @blueprint.response(200, _CONTENT, content_type=_TYPES[FeedFormat.GOOGLE])
    @blueprint.alt_response(404, description=_NOT_FOUND)
    def show_google_feed(query: dict[str, Any]) -> Response:
        """All products as product data for Google Merchant Center, sent while they are read."""
        return feed(FeedFormat.GOOGLE, query["token"])

    @blueprint.route("/shopify/")
    @public
    @blueprint.arguments(FeedSchema, location="query")
    @blueprint.response(200, _CONTENT, content_type=_TYPES[FeedFormat.SHOPIFY])
    @blueprint.alt_response(404, description=_NOT_FOUND)
    def show_shopify_feed(query: dict[str, Any]) -> Response:
        """All products as a CSV that Shopify imports, sent while they are read."""
        return feed(FeedFormat.SHOPIFY, query["token"])

    def feed(feed_format: FeedFormat, given: str) -> Response:
        if not token or not compare_digest(given.encode(), token.encode()):
            abort(404)
        site = request.host_url
        lines = export_feed(
            ExportFeedCommand(
                actor=SYSTEM,
                format=feed_format,
                frontend_url=frontend_url,
                image_url=lambda image: absolute_url(image, site),
            )
        )
        response = Response(lines, mimetype=_TYPES[feed_format])
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint
