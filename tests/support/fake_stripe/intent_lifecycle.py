"""The state machine of a PaymentIntent (Stripe docs: How PaymentIntents and SetupIntents work)."""

from __future__ import annotations

from tests.support.fake_stripe import charges
from tests.support.fake_stripe.errors import card_declined, unexpected_state
from tests.support.fake_stripe.payment_methods import Attempt
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json

UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = ("requires_payment_method", "requires_capture", *UNPAID[1:])


def require_status(intent: Json, allowed: tuple[str, ...], *, cannot: str, may: str) -> None:
    """Raise Stripe's error if the status does not allow the operation."""
    if intent["status"] not in allowed:
        message = (
            f"{cannot} because it has a status of {intent['status']}. Only a PaymentIntent with "
            f"one of the following statuses may be {may}: {', '.join(allowed)}."
        )
        raise unexpected_state(message, intent)


def attempt(store: Store, intent: Json, outcome: Attempt) -> Json:
    """Try to charge, and set the intent's new status."""
    intent["last_payment_error"] = intent["next_action"] = None
    match outcome.course:
        case "require_action":
            intent["status"] = "requires_action"
            intent["next_action"] = {
                "type": "use_stripe_sdk",
                "use_stripe_sdk": {"type": "three_d_secure_redirect"},
            }
            store.emit("payment_intent.requires_action", store.save(intent))
        case "process":
            intent["status"] = "processing"
            intent["latest_charge"] = charges.begin(store, intent)["id"]
            store.emit("payment_intent.processing", store.save(intent))
        case "decline":
            intent["latest_charge"] = charges.decline(store, intent, outcome)["id"]
            fail(store, intent, outcome)
        case "succeed":
            _succeed(store, intent)
    return intent


def _succeed(store: Store, intent: Json) -> None:
    if intent["capture_method"] == "manual":
        intent["latest_charge"] = charges.authorise(store, intent)["id"]
        intent["status"] = "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        store.emit("payment_intent.amount_capturable_updated", store.save(intent))
        return
    intent["latest_charge"] = charges.take(store, intent)["id"]
    _received(store, intent, intent["amount"])


def _received(store: Store, intent: Json, amount: int) -> None:
    intent["status"] = "succeeded"
    intent["amount_received"], intent["amount_capturable"] = amount, 0
    store.emit("payment_intent.succeeded", store.save(intent))


def fail(store: Store, intent: Json, outcome: Attempt) -> None:
    """Set ``requires_payment_method``, so that the customer can try again."""
    error = card_declined(
        code=outcome.error_code, decline_code=outcome.decline_code, message=outcome.message
    )
    charge = intent["latest_charge"]
    intent["last_payment_error"] = {**error.error, "charge": charge}
    intent["status"] = "requires_payment_method"
    intent["next_action"] = intent["payment_method"] = None
    store.emit("payment_intent.payment_failed", store.save(intent))


def settle(store: Store, intent: Json, outcome: Attempt) -> Json:
    """End ``processing`` with the bank's decision."""
    require_status(
        intent, ("processing",), cannot="This PaymentIntent could not be settled", may="settled"
    )
    charge = store.get("charge", intent["latest_charge"])
    if outcome.course == "succeed":
        charges.settle(store, charge)
        _received(store, intent, charge["amount"])
    else:
        charges.fail(store, charge, outcome)
        fail(store, intent, outcome)
    return intent


def capture(store: Store, intent: Json, amount: int) -> Json:
    """Capture the authorised amount or a part of it, in minor units."""
    charge = store.get("charge", intent["latest_charge"])
    charges.capture(store, charge, amount)
    store.emit("charge.captured", charge)
    _received(store, intent, amount)
    return intent


def cancel(store: Store, intent: Json, reason: str | None) -> Json:
    """Cancel the intent and release an authorisation."""
    require_status(
        intent, CANCELABLE, cannot="You cannot cancel this PaymentIntent", may="canceled"
    )
    if intent["status"] == "requires_capture":
        charges.release(store, store.get("charge", intent["latest_charge"]))
    intent["status"] = "canceled"
    intent["amount_capturable"] = 0
    intent["canceled_at"], intent["cancellation_reason"] = store.now, reason
    intent["next_action"] = None
    store.emit("payment_intent.canceled", store.save(intent))
    return intent
