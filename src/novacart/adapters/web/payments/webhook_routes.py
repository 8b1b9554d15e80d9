"""Webhook of the payment provider."""

from flask import Response, request

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.endpoints import calls_provider
from novacart.adapters.web.http.errors import ApiError
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.payments.schemas import ReceivedSchema
from novacart.application.payments.receive_event import ReceiveEvent, ReceiveEventCommand
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.webhook_events import InvalidSignature, UnreadableEvent


def webhooks_blueprint(*, receive_event: ReceiveEvent) -> Blueprint:
    """`/api/payments/webhook/`: open to anyone, since each event is signed."""
    blueprint = Blueprint(
        "webhooks",
        __name__,
        url_prefix="/api/payments",
        description="Webhook of the payment provider.",
    )

    @blueprint.route("/webhook/", methods=["POST"])
    @calls_provider
    @public
    @blueprint.doc(
        parameters=[
            {
                "name": "Stripe-Signature",
                "in": "header",
                "required": True,
                "description": "`t=…,v1=…`: timestamp and signature (Stripe docs, Webhooks).",
                "schema": {"type": "string"},
            }
        ],
        requestBody={
            "required": True,
            "description": "A Stripe event.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    )
    @blueprint.response(200, ReceivedSchema)
    @blueprint.alt_response(
        400,
        schema={"$ref": "#/components/schemas/Problem"},
        description="Not signed, or not an event.",
        content_type="application/problem+json",
    )
    def webhook() -> Response:
        """Receive a Stripe event. Duplicates are ignored."""
        command = ReceiveEventCommand(
            payload=request.get_data(), signature=request.headers.get("Stripe-Signature")
        )
        try:
            receive_event(command)
        except InvalidSignature as error:
            raise ApiError("webhook_signature_invalid", str(error)) from error
        except UnreadableEvent as error:
            raise ApiError("webhook_unreadable", str(error)) from error
        except StorageUnavailable as error:
            # Stripe sends the event again after any status but 2xx.
            raise ApiError(
                "webhook_not_stored", "The event could not be stored. Send it again."
            ) from error
        return json_response({"received": True})

    return blueprint
