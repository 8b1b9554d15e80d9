"""Charges: one for each payment attempt of a PaymentIntent (Stripe API: Charges)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.support.fake_stripe import balance
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json, new_id

Course = Literal["succeed", "decline", "require_action", "process"]

_MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}
_OWN_CODES = {"expired_card", "incorrect_cvc", "processing_error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The issuer's decision on an attempt."""

    course: Course
    decline_code: str = "generic_decline"

    @property
    def error_code(self) -> str:
        """Return Stripe's error code for the decline."""
        return self.decline_code if self.decline_code in _OWN_CODES else "card_declined"

    @property
    def message(self) -> str:
        """Return Stripe's message for the decline."""
        return _MESSAGES.get(self.decline_code, "Your card was declined.")


def _charge(store: Store, intent: Json, *, status: str) -> Json:
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": False,
        "created": store.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": None,
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}, "type": "card"},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "status": status,
    }


def take(store: Store, intent: Json) -> Json:
    """Charge and capture the amount."""
    charge = store.add(_charge(store, intent, status="succeeded"))
    _capture(store, charge)
    store.emit("charge.succeeded", charge)
    return charge


def _capture(store: Store, charge: Json) -> None:
    charge["amount_captured"] = charge["amount"]
    charge["captured"] = True
    charge["balance_transaction"] = balance.post(
        store,
        amount=charge["amount"],
        currency=charge["currency"],
        source=charge["id"],
        kind="charge",
    )
    store.save(charge)


def begin(store: Store, intent: Json) -> Json:
    """Start a charge that the bank decides later."""
    charge = store.add(_charge(store, intent, status="pending"))
    store.emit("charge.pending", charge)
    return charge


def settle(store: Store, charge: Json) -> None:
    """Let a pending charge succeed."""
    charge["status"], charge["paid"] = "succeeded", True
    _capture(store, charge)
    store.emit("charge.succeeded", charge)


def fail(store: Store, charge: Json, attempt: Attempt) -> None:
    """Let a charge fail."""
    charge["status"], charge["paid"] = "failed", False
    charge["failure_code"], charge["failure_message"] = attempt.error_code, attempt.message
    store.emit("charge.failed", store.save(charge))


def decline(store: Store, intent: Json, attempt: Attempt) -> Json:
    """Record an attempt that the issuer declined."""
    charge = store.add(_charge(store, intent, status="pending"))
    fail(store, charge, attempt)
    return charge


def unrefunded(charge: Json) -> int:
    """Return what is left to refund, in minor units."""
    return int(charge["amount"] - charge["amount_refunded"])


def change_refunded(store: Store, charge: Json, by: int) -> None:
    """Add to the refunded amount; negative for a refund that failed."""
    charge["amount_refunded"] += by
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
    store.save(charge)
