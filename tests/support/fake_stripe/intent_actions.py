"""Confirming, capturing and cancelling a PaymentIntent (Stripe API: PaymentIntents)."""

from __future__ import annotations

from tests.support.fake_stripe import intent_lifecycle as lifecycle
from tests.support.fake_stripe.errors import StripeError, card_declined, unexpected_state
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.payment_methods import attempt_with
from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.wire import Json

_CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def confirm(books: Books, values: Json, identifier: str) -> Json:
    """Try to take the money; a decline is answered with 402 and leaves the intent payable."""
    params = Parameters(values, allowed=("payment_method", "return_url", "receipt_email"))
    intent = books.get("payment_intent", identifier, param="intent")
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
    return confirm_intent(books, intent)


def confirm_intent(books: Books, intent: Json) -> Json:
    """Try to take the money with the payment method that the intent has."""
    if not intent["payment_method"]:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken."
        )
        raise unexpected_state(message, intent)
    outcome = attempt_with(intent["payment_method"])
    lifecycle.attempt(books, intent, outcome)
    if outcome.course == "decline":
        raise card_declined(
            code=outcome.error_code,
            decline_code=outcome.decline_code,
            message=outcome.message,
            intent=intent,
        )
    return intent


def capture(books: Books, values: Json, identifier: str) -> Json:
    """Take what was authorised, or a part of it."""
    params = Parameters(values, allowed=("amount_to_capture",))
    intent = books.get("payment_intent", identifier, param="intent")
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
    return lifecycle.capture(books, intent, amount or intent["amount_capturable"])


def cancel(books: Books, values: Json, identifier: str) -> Json:
    """End an intent that is not paid."""
    params = Parameters(values, allowed=("cancellation_reason",))
    reason = params.choice("cancellation_reason", _CANCELLATION_REASONS)
    intent = books.get("payment_intent", identifier, param="intent")
    return lifecycle.cancel(books, intent, reason)
