"""Routes of the sandbox provider, in development only."""

from typing import Any, Protocol

from flask import Response

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.endpoints import calls_provider
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.payments.schemas import (
    DISPUTE_OUTCOMES,
    ConfirmedSchema,
    ConfirmSchema,
    DisputeSchema,
)
from novacart.domain.payments.lifecycle import DisputeStatus


class Customer(Protocol):
    """Each call returns the Stripe status of the payment or the dispute."""

    def __call__(self, reference: str, *, succeed: bool) -> str: ...

    def dispute(self, reference: str, status: DisputeStatus) -> str: ...


def sandbox_blueprint(*, customer: Customer) -> Blueprint:
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
        status = customer(payment_intent_id, succeed=body["outcome"] == "succeed")
        return json_response({"payment_intent_id": payment_intent_id, "status": status})

    @blueprint.route("/<string:payment_intent_id>/dispute/", methods=["POST"])
    @calls_provider
    @public
    @blueprint.arguments(DisputeSchema)
    @blueprint.response(200, ConfirmedSchema)
    @blueprint.raises("payment_not_found", "payment_not_disputable")
    def dispute_payment(body: dict[str, Any], payment_intent_id: str) -> Response:
        """Dispute a paid payment (`open`), then `respond`, `win` or `lose`."""
        status = customer.dispute(payment_intent_id, DISPUTE_OUTCOMES[body["outcome"]])
        return json_response({"payment_intent_id": payment_intent_id, "status": status})

    return blueprint
