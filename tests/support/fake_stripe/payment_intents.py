"""The endpoints under /v1/payment_intents (Stripe API: PaymentIntents)."""

from __future__ import annotations

import secrets

from tests.support.fake_stripe import intent_lifecycle as lifecycle
from tests.support.fake_stripe.errors import invalid, unexpected_state
from tests.support.fake_stripe.intent_actions import confirm_intent
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.wire import Json, new_id

_DESCRIPTIVE = ("description", "metadata", "receipt_email", "customer", "payment_method")
_CREATE = (
    *_DESCRIPTIVE,
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "currency",
    "payment_method_types",
    "return_url",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


def create(books: Books, values: Json) -> Json:
    """Create an intent, and confirm it at once where ``confirm`` says so."""
    params = Parameters(values, allowed=_CREATE)
    amount, currency = params.amount(), params.currency()
    automatic = params.mapping("automatic_payment_methods").get("enabled") == "true"
    types = params.strings("payment_method_types")
    if automatic and types:
        raise invalid(
            "You may only specify one of these parameters: automatic_payment_methods, "
            "payment_method_types."
        )
    confirm = params.boolean("confirm")
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
        "capture_method": (
            params.choice("capture_method", ("automatic", "automatic_async", "manual"))
            or "automatic_async"
        ),
        "client_secret": f"{identifier}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": books.now,
        "currency": currency,
        "customer": params.text("customer"),
        "description": params.text("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.metadata({}),
        "next_action": None,
        "payment_method": params.text("payment_method"),
        "payment_method_types": types or ["card"],
        "processing": None,
        "receipt_email": params.text("receipt_email"),
        "shipping": None,
        "statement_descriptor": params.text("statement_descriptor"),
        "statement_descriptor_suffix": params.text("statement_descriptor_suffix"),
        "status": (
            "requires_confirmation" if params.text("payment_method") else "requires_payment_method"
        ),
    }
    books.emit("payment_intent.created", books.add(intent))
    return confirm_intent(books, intent) if confirm else intent


def update(books: Books, values: Json, identifier: str) -> Json:
    """Change what an intent says, and its amount while it is unpaid."""
    params = Parameters(values, allowed=(*_DESCRIPTIVE, "amount", "currency"))
    intent = books.get("payment_intent", identifier, param="intent")
    for name in ("amount", "currency", "payment_method"):
        if name in params and intent["status"] not in lifecycle.UNPAID:
            message = (
                f"This PaymentIntent's {name} could not be updated because it has a status of "
                f"{intent['status']}. You may only update the {name} of a PaymentIntent with one "
                f"of the following statuses: {', '.join(lifecycle.UNPAID)}."
            )
            raise unexpected_state(message, intent)
    if "amount" in params:
        intent["amount"] = params.amount()
    if "currency" in params:
        intent["currency"] = params.currency()
    for name in ("description", "receipt_email", "customer", "payment_method"):
        if name in params:
            intent[name] = params.text(name)
    if "payment_method" in params:
        intent["status"] = (
            "requires_confirmation" if intent["payment_method"] else "requires_payment_method"
        )
    intent["metadata"] = params.metadata(intent["metadata"])
    return books.save(intent)
