"""Routes of the links to the orders of guests."""

from typing import Any

from flask import Response

from novacart.adapters.web.http.auth import login_required, principal, public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.http.schemas import MessageSchema
from novacart.adapters.web.ordering.schemas import (
    OrderLinkSchema,
    OrderLookupSchema,
    OrderSchema,
    order_json,
)
from novacart.application.ordering.order_links import (
    CancelOrderByLink,
    CancelOrderByLinkCommand,
    ClaimOrder,
    ClaimOrderCommand,
    ReadOrderByLink,
    ReadOrderByLinkCommand,
)
from novacart.application.ordering.request_order_lookup import (
    RequestOrderLookup,
    RequestOrderLookupCommand,
)


def order_links_blueprint(
    *,
    request_lookup: RequestOrderLookup,
    read_order: ReadOrderByLink,
    cancel_order: CancelOrderByLink,
    claim_order: ClaimOrder,
) -> Blueprint:
    """The orders of guests, by a mailed link. The token is in the body, so that no log has it."""
    blueprint = Blueprint(
        "order_links",
        __name__,
        url_prefix="/api/orders",
        description="The orders of guests, by a mailed link.",
    )

    @blueprint.route("/lookup/", methods=["POST"])
    @public
    @blueprint.arguments(OrderLookupSchema)
    @blueprint.response(202, MessageSchema)
    @blueprint.raises("too_many_requests")
    def lookup(body: dict[str, Any]) -> Response:
        """Mail a link to a guest's order. The response is the same if there is no such order."""
        request_lookup(RequestOrderLookupCommand(number=body["number"], email=body["email"]))
        return json_response(
            {"message": "If the order exists, a link to it was sent to this email address."}, 202
        )

    @blueprint.route("/link/", methods=["POST"])
    @public
    @blueprint.arguments(OrderLinkSchema)
    @blueprint.response(200, OrderSchema)
    @blueprint.raises("order_link_not_valid")
    def read(body: dict[str, Any]) -> Response:
        """Get the order of a link, with its address masked."""
        order = read_order(ReadOrderByLinkCommand(token=body["token"]))
        return json_response(order_json(order), headers={"Cache-Control": "no-store"})

    @blueprint.route("/link/cancel/", methods=["POST"])
    @public
    @blueprint.arguments(OrderLinkSchema)
    @blueprint.response(200, MessageSchema)
    @blueprint.raises(
        "order_link_not_valid",
        "order_already_cancelled",
        "order_already_shipped",
        "paid_order_cannot_be_cancelled",
    )
    def cancel(body: dict[str, Any]) -> Response:
        """Cancel an unpaid order, or a cash-on-delivery order that is not shipped."""
        cancel_order(CancelOrderByLinkCommand(token=body["token"]))
        return json_response({"message": "Your order is cancelled."})

    @blueprint.route("/claim/", methods=["POST"])
    @login_required
    @blueprint.arguments(OrderLinkSchema)
    @blueprint.response(200, OrderSchema)
    @blueprint.raises("order_link_not_valid")
    def claim(body: dict[str, Any]) -> Response:
        """Add the order of a link to your orders; the link becomes invalid."""
        order = claim_order(ClaimOrderCommand(user_id=principal().user_id, token=body["token"]))
        return json_response(order_json(order))

    return blueprint
