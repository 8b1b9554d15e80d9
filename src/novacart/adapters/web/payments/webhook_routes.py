"""Where the payment provider's events come in."""

from collections.abc import Callable

from flask import Response, request

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.errors import ApiError
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.payments.schemas import ReceivedSchema
from novacart.application.payments.receive_event import ReceiveEventCommand
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.webhook_events import ForgedEvent, UnreadableEvent

Receive = Callable[[ReceiveEventCommand], None]


def webhooks_blueprint(*, receive: Receive) -> Blueprint:
    """`/api/payments/webhook/`: open to anyone, since the signature says who speaks."""
    blueprint = Blueprint(
        "webhooks",
        __name__,
        url_prefix="/api/payments",
        description="What the payment provider tells the shop.",
    )

    @blueprint.route("/webhook/", methods=["POST"])
    @public
    @blueprint.doc(
        parameters=[
            {
                "name": "Stripe-Signature",
                "in": "header",
                "required": True,
                "description": "`t=…,v1=…`: when it was signed, and by whom (Stripe, Webhooks).",
                "schema": {"type": "string"},
            }
        ],
        requestBody={
            "required": True,
            "description": "An event as Stripe sends it.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    )
    @blueprint.response(200, ReceivedSchema)
    @blueprint.alt_response(
        400,
        schema={"$ref": "#/components/schemas/Problem"},
        description="Not signed, or no event.",
        content_type="application/problem+json",
    )
    def webhook() -> Response:
        """Take in an event of Stripe's, signed in `Stripe-Signature`; any number of times."""
        signed = ReceiveEventCommand(
            payload=request.get_data(), signature=request.headers.get("Stripe-Signature")
        )
        try:
            receive(signed)
        except ForgedEvent as error:
            raise ApiError("webhook_signature_invalid", str(error)) from error
        except UnreadableEvent as error:
            raise ApiError("webhook_unreadable", str(error)) from error
        except StorageUnavailable as error:
            # The provider sends it again for any answer but a 2xx, and this is its word for why.
            raise ApiError(
                "webhook_not_stored", "The event could not be stored. Send it again."
            ) from error
        return json_response({"received": True})

    return blueprint
