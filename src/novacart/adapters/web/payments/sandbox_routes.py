"""Routes of the sandbox provider, in development only."""

from typing import Any, Protocol

from flask import Response

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.endpoints import calls_provider
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.payments.schemas import ConfirmedSchema, ConfirmSchema


class Confirm(Protocol):
    def __call__(self, reference: str, *, succeed: bool) -> str: ...


def sandbox_blueprint(*, confirm: Confirm) -> Blueprint:
    """`/api/payments/sandbox/`: open to anyone, like the payment page of a provider."""
    blueprint = Blueprint(
        "sandbox",
        __name__,
        url_prefix="/api/payments/sandbox",
        description="A payment provider for development. It moves no money.",
    )

    @blueprint.route("/<string:payment_intent_id>/confirm/", methods=["POST"])
    @calls_provider
    @public
    @blueprint.arguments(ConfirmSchema)
    @blueprint.response(200, ConfirmedSchema)
    @blueprint.raises("payment_not_found", "payment_not_payable")
    def confirm_payment(body: dict[str, Any], payment_intent_id: str) -> Response:
        """Pay with a card that is accepted (`succeed`) or declined (`decline`)."""
        status = confirm(payment_intent_id, succeed=body["outcome"] == "succeed")
        return json_response({"payment_intent_id": payment_intent_id, "status": status})

    return blueprint
