"""The endpoints under /v1/payment_intents (Stripe API: PaymentIntents)."""

from __future__ import annotations

import secrets

from tests.support.fake_stripe import intent_lifecycle as lifecycle
from tests.support.fake_stripe.errors import (
    StripeError,
    card_declined,
    invalid,
    unexpected_state,
)
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.payment_methods import attempt_with
from tests.support.fake_stripe.store import Store
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

_CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def create(store: Store, values: Json) -> Json:
    """Create an intent, and confirm it if ``confirm`` is true."""
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
        "created": store.now,
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
    store.emit("payment_intent.created", store.add(intent))
    return _confirm(store, intent) if confirm else intent


def update(store: Store, values: Json, identifier: str) -> Json:
    """Update an intent; the amount only while it is unpaid."""
    params = Parameters(values, allowed=(*_DESCRIPTIVE, "amount", "currency"))
    intent = store.get("payment_intent", identifier, param="intent")
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
    return store.save(intent)


def confirm(store: Store, values: Json, identifier: str) -> Json:
    """Try to charge; a decline is a 402 and leaves the intent payable."""
    params = Parameters(values, allowed=("payment_method", "return_url", "receipt_email"))
    intent = store.get("payment_intent", identifier, param="intent")
    if intent["status"] == "succeeded":
        message = (
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed."
        )
        raise unexpected_state(message, intent)
    lifecycle.require_status(
        intent,
        lifecycle.UNPAID,
        cannot="You cannot confirm this PaymentIntent",
        may="confirmed",
    )
    for name in ("payment_method", "receipt_email"):
        intent[name] = params.text(name) or intent[name]
    return _confirm(store, intent)


def _confirm(store: Store, intent: Json) -> Json:
    """Try to charge the payment method of the intent."""
    if not intent["payment_method"]:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken."
        )
        raise unexpected_state(message, intent)
    outcome = attempt_with(intent["payment_method"])
    lifecycle.attempt(store, intent, outcome)
    if outcome.course == "decline":
        raise card_declined(
            code=outcome.error_code,
            decline_code=outcome.decline_code,
            message=outcome.message,
            intent=intent,
        )
    return intent


def capture(store: Store, values: Json, identifier: str) -> Json:
    """Capture the authorised amount, or a part of it."""
    params = Parameters(values, allowed=("amount_to_capture",))
    intent = store.get("payment_intent", identifier, param="intent")
    amount = params.integer("amount_to_capture")
    lifecycle.require_status(
        intent,
        ("requires_capture",),
        cannot="This PaymentIntent could not be captured",
        may="captured",
    )
    if amount is not None and amount > intent["amount_capturable"]:
        raise StripeError(
            f"The amount to capture ({amount}) is greater than the amount capturable "
            f"({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    return lifecycle.capture(store, intent, amount or intent["amount_capturable"])


def cancel(store: Store, values: Json, identifier: str) -> Json:
    """Cancel an unpaid intent."""
    params = Parameters(values, allowed=("cancellation_reason",))
    reason = params.choice("cancellation_reason", _CANCELLATION_REASONS)
    intent = store.get("payment_intent", identifier, param="intent")
    return lifecycle.cancel(store, intent, reason)
