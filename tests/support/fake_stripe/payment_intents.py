"""The endpoints under /v1/payment_intents (Stripe API: PaymentIntents)."""

from __future__ import annotations

import secrets

from tests.support.fake_stripe import intent_lifecycle as lifecycle
from tests.support.fake_stripe.errors import invalid
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json, new_id

_CREATE = (
    "amount",
    "automatic_payment_methods",
    "currency",
    "customer",
    "description",
    "metadata",
    "payment_method_types",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
)

_CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def create(store: Store, values: Json) -> Json:
    """Create an intent."""
    params = Parameters(values, allowed=_CREATE)
    amount, currency = params.amount(), params.currency()
    automatic = params.mapping("automatic_payment_methods").get("enabled") == "true"
    types = params.strings("payment_method_types")
    if automatic and types:
        raise invalid(
            "You may only specify one of these parameters: automatic_payment_methods, "
            "payment_method_types."
        )
    identifier = new_id("pi")
    intent: Json = {
        "id": identifier,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "application": None,
        "automatic_payment_methods": (
            {"allow_redirects": "always", "enabled": True} if automatic or not types else None
        ),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{identifier}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": store.now,
        "currency": currency,
        "customer": params.text("customer"),
        "description": params.text("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.metadata(),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": types or ["card"],
        "processing": None,
        "receipt_email": params.text("receipt_email"),
        "shipping": None,
        "statement_descriptor": params.text("statement_descriptor"),
        "statement_descriptor_suffix": params.text("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }
    store.emit("payment_intent.created", store.add(intent))
    return intent


def cancel(store: Store, values: Json, identifier: str) -> Json:
    """Cancel an unpaid intent."""
    params = Parameters(values, allowed=("cancellation_reason",))
    reason = params.choice("cancellation_reason", _CANCELLATION_REASONS)
    intent = store.get("payment_intent", identifier, param="intent")
    return lifecycle.cancel(store, intent, reason)
