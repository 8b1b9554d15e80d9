"""The state machine of a PaymentIntent (Stripe docs: How PaymentIntents and SetupIntents work)."""

from __future__ import annotations

from tests.support.fake_stripe import charges
from tests.support.fake_stripe.charges import Attempt
from tests.support.fake_stripe.errors import card_declined, unexpected_state
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json

UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = ("requires_payment_method", "requires_capture", *UNPAID[1:])


def _require_status(intent: Json, allowed: tuple[str, ...], *, cannot: str, may: str) -> None:
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
            _fail(store, intent, outcome)
        case "succeed":
            intent["latest_charge"] = charges.take(store, intent)["id"]
            _received(store, intent)
    return intent


def _received(store: Store, intent: Json) -> None:
    intent["status"] = "succeeded"
    intent["amount_received"] = intent["amount"]
    store.emit("payment_intent.succeeded", store.save(intent))


def _fail(store: Store, intent: Json, outcome: Attempt) -> None:
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
    _require_status(
        intent, ("processing",), cannot="This PaymentIntent could not be settled", may="settled"
    )
    charge = store.get("charge", intent["latest_charge"])
    if outcome.course == "succeed":
        charges.settle(store, charge)
        _received(store, intent)
    else:
        charges.fail(store, charge, outcome)
        _fail(store, intent, outcome)
    return intent


def cancel(store: Store, intent: Json, reason: str | None) -> Json:
    """Cancel the intent."""
    _require_status(
        intent, _CANCELABLE, cannot="You cannot cancel this PaymentIntent", may="canceled"
    )
    intent["status"] = "canceled"
    intent["canceled_at"], intent["cancellation_reason"] = store.now, reason
    intent["next_action"] = None
    store.emit("payment_intent.canceled", store.save(intent))
    return intent
