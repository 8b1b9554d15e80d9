"""Route by which staff read the price history."""

from typing import Any

from flask import Response

from novacart.adapters.web.catalog.query_schemas import PriceHistorySchema
from novacart.adapters.web.catalog.routes import next_url
from novacart.adapters.web.catalog.variant_schemas import PriceSchema, recorded_price_json
from novacart.adapters.web.http.auth import staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.application.catalog.price_queries import PriceQueries
from novacart.domain.shared.ids import VariantId

_LINK = {
    "Link": {
        "description": '`rel="next"`: the earlier prices, if there are more.',
        "schema": {"type": "string"},
    }
}


def prices_blueprint(*, prices: PriceQueries) -> Blueprint:
    """The price history of variants, for staff."""
    blueprint = Blueprint(
        "prices", __name__, url_prefix="/api/variants", description="Prices over time."
    )

    @blueprint.route("/<int:variant_id>/prices/")
    @staff_only("products.read")
    @blueprint.arguments(PriceHistorySchema, location="query")
    @blueprint.response(200, PriceSchema(many=True), headers=_LINK)
    @blueprint.raises("variant_not_found")
    def list_prices(query: dict[str, Any], variant_id: int) -> Response:
        """The prices of a variant, the newest first; with `at`, those valid then or earlier.

        So the first one is the price at that time. The list is empty if it is not known. Archived
        variants are included.
        """
        limit = query["limit"]
        entries = prices.history(
            VariantId(variant_id),
            limit=limit + 1,
            at=query.get("at"),
            before=query.get("cursor"),
        )
        headers = {}
        if len(entries) > limit:
            headers["Link"] = f'<{next_url(str(entries[limit - 1].id))}>; rel="next"'
        return json_response([recorded_price_json(each) for each in entries[:limit]], 200, headers)

    return blueprint
