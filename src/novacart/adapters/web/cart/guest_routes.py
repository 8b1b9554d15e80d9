"""Routes of the sessions of guests."""

from typing import Any

from flask import Response

from novacart.adapters.web.cart.schemas import (
    GuestSessionRequestSchema,
    GuestSessionSchema,
    MergedCartSchema,
    MergeRequestSchema,
)
from novacart.adapters.web.http.auth import login_required, principal, public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.start_guest_session import (
    StartGuestSession,
    StartGuestSessionCommand,
)
from novacart.application.ordering.merge_guest_cart import MergeGuestCart, MergeGuestCartCommand


def guests_blueprint(*, start_session: StartGuestSession, merge_cart: MergeGuestCart) -> Blueprint:
    """Sessions of shoppers without an account, and their end at sign-in."""
    blueprint = Blueprint(
        "guests", __name__, url_prefix="/api", description="Shopping without an account."
    )

    @blueprint.route("/guest/session/", methods=["POST"])
    @public
    @blueprint.arguments(GuestSessionRequestSchema, required=False)
    @blueprint.response(200, GuestSessionSchema)
    @blueprint.raises("too_many_requests")
    def session(body: dict[str, Any]) -> Response:
        """Start a session as a guest, or extend the session of `guest_token` by 30 days.

        Send `access` as the Bearer token of cart, wishlist, checkout and orders.
        """
        access = start_session(StartGuestSessionCommand(guest_token=body["guest_token"]))
        return json_response({"access": access}, headers={"Cache-Control": "no-store"})

    @blueprint.route("/cart/merge/", methods=["POST"])
    @login_required
    @blueprint.arguments(MergeRequestSchema)
    @blueprint.response(200, MergedCartSchema)
    @blueprint.raises("guest_token_not_valid")
    def merge(body: dict[str, Any]) -> Response:
        """Take over the cart, wishlist and unpaid order of a guest, and end the guest's session.

        `adjusted` lists the items whose quantity is smaller than in the larger of both carts.
        Repeating the request changes nothing.
        """
        result = merge_cart(
            MergeGuestCartCommand(user_id=principal().user_id, guest_token=body["guest_token"])
        )
        adjusted = [
            {
                "variant_id": line.variant_id,
                "requested": line.requested,
                "quantity": line.quantity,
            }
            for line in result.adjusted
        ]
        return json_response({"adjusted": adjusted})

    return blueprint
