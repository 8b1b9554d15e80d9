"""Charges: one for each payment attempt of a PaymentIntent (Stripe API: Charges)."""

from __future__ import annotations

from tests.support.fake_stripe import balance
from tests.support.fake_stripe.payment_methods import Attempt
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json, new_id


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


def authorise(store: Store, intent: Json) -> Json:
    """Authorise the amount for a later capture."""
    charge = store.add(_charge(store, intent, status="succeeded"))
    store.emit("charge.succeeded", charge)
    return charge


def take(store: Store, intent: Json) -> Json:
    """Charge and capture the amount."""
    charge = store.add(_charge(store, intent, status="succeeded"))
    capture(store, charge, charge["amount"])
    store.emit("charge.succeeded", charge)
    return charge


def capture(store: Store, charge: Json, amount: int) -> None:
    """Capture an amount in minor units; the rest of the authorisation is released."""
    charge["amount_captured"] = amount
    charge["captured"] = True
    charge["amount_refunded"] = charge["amount"] - amount
    charge["balance_transaction"] = balance.post(
        store, amount=amount, currency=charge["currency"], source=charge["id"], kind="charge"
    )
    store.save(charge)


def release(store: Store, charge: Json) -> None:
    """Release an authorisation; Stripe shows it as a refund."""
    charge["amount_refunded"] = charge["amount"]
    charge["refunded"] = True
    store.emit("charge.refunded", store.save(charge))


def begin(store: Store, intent: Json) -> Json:
    """Start a charge that the bank decides later."""
    charge = store.add(_charge(store, intent, status="pending"))
    store.emit("charge.pending", charge)
    return charge


def settle(store: Store, charge: Json) -> None:
    """Let a pending charge succeed."""
    charge["status"], charge["paid"] = "succeeded", True
    capture(store, charge, charge["amount"])
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
