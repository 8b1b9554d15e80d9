"""The state machine of a PaymentIntent (Stripe docs: How PaymentIntents and SetupIntents work)."""

from __future__ import annotations

from tests.support.fake_stripe import charges
from tests.support.fake_stripe.errors import card_declined, unexpected_state
from tests.support.fake_stripe.payment_methods import Attempt
from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.wire import Json

UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = ("requires_payment_method", "requires_capture", *UNPAID[1:])


def require_status(intent: Json, allowed: tuple[str, ...], *, cannot: str, may: str) -> None:
    """Refuse an act that the status forbids, in Stripe's words."""
    if intent["status"] not in allowed:
        message = (
            f"{cannot} because it has a status of {intent['status']}. Only a PaymentIntent with "
            f"one of the following statuses may be {may}: {', '.join(allowed)}."
        )
        raise unexpected_state(message, intent)


def attempt(books: Books, intent: Json, outcome: Attempt) -> Json:
    """Try to take the money; the intent's new status is what came of it."""
    intent["last_payment_error"] = intent["next_action"] = None
    match outcome.course:
        case "require_action":
            intent["status"] = "requires_action"
            intent["next_action"] = {
                "type": "use_stripe_sdk",
                "use_stripe_sdk": {"type": "three_d_secure_redirect"},
            }
            books.emit("payment_intent.requires_action", books.save(intent))
        case "process":
            intent["status"] = "processing"
            intent["latest_charge"] = charges.begin(books, intent)["id"]
            books.emit("payment_intent.processing", books.save(intent))
        case "decline":
            intent["latest_charge"] = charges.decline(books, intent, outcome)["id"]
            fail(books, intent, outcome)
        case "succeed":
            _succeed(books, intent)
    return intent


def _succeed(books: Books, intent: Json) -> None:
    if intent["capture_method"] == "manual":
        intent["latest_charge"] = charges.authorise(books, intent)["id"]
        intent["status"] = "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        books.emit("payment_intent.amount_capturable_updated", books.save(intent))
        return
    intent["latest_charge"] = charges.take(books, intent)["id"]
    _received(books, intent, intent["amount"])


def _received(books: Books, intent: Json, amount: int) -> None:
    intent["status"] = "succeeded"
    intent["amount_received"], intent["amount_capturable"] = amount, 0
    books.emit("payment_intent.succeeded", books.save(intent))


def fail(books: Books, intent: Json, outcome: Attempt) -> None:
    """Return the intent to ``requires_payment_method``, so that the customer may try again."""
    refusal = card_declined(
        code=outcome.error_code, decline_code=outcome.decline_code, message=outcome.message
    )
    charge = intent["latest_charge"]
    intent["last_payment_error"] = {**refusal.error, "charge": charge}
    intent["status"] = "requires_payment_method"
    intent["next_action"] = intent["payment_method"] = None
    books.emit("payment_intent.payment_failed", books.save(intent))


def settle(books: Books, intent: Json, outcome: Attempt) -> Json:
    """End ``processing``: the bank has answered."""
    require_status(
        intent, ("processing",), cannot="This PaymentIntent could not be settled", may="settled"
    )
    charge = books.get("charge", intent["latest_charge"])
    if outcome.course == "succeed":
        charges.settle(books, charge)
        _received(books, intent, charge["amount"])
    else:
        charges.fail(books, charge, outcome)
        fail(books, intent, outcome)
    return intent


def capture(books: Books, intent: Json, amount: int) -> Json:
    """Take what was authorised, or a part of it, in minor units."""
    charge = books.get("charge", intent["latest_charge"])
    charges.capture(books, charge, amount)
    books.emit("charge.captured", charge)
    _received(books, intent, amount)
    return intent


def cancel(books: Books, intent: Json, reason: str | None) -> Json:
    """End the intent for good; an authorisation is let go."""
    require_status(
        intent, CANCELABLE, cannot="You cannot cancel this PaymentIntent", may="canceled"
    )
    if intent["status"] == "requires_capture":
        charges.release(books, books.get("charge", intent["latest_charge"]))
    intent["status"] = "canceled"
    intent["amount_capturable"] = 0
    intent["canceled_at"], intent["cancellation_reason"] = books.now, reason
    intent["next_action"] = None
    books.emit("payment_intent.canceled", books.save(intent))
    return intent
