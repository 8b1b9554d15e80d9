"""Charges: one for each attempt to take the money of a PaymentIntent (Stripe API: Charges)."""

from __future__ import annotations

from tests.support.fake_stripe import balance
from tests.support.fake_stripe.payment_methods import Attempt
from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.wire import Json, new_id


def _charge(books: Books, intent: Json, *, status: str) -> Json:
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": False,
        "created": books.now,
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


def authorise(books: Books, intent: Json) -> Json:
    """Hold the money; a later capture takes it."""
    charge = books.add(_charge(books, intent, status="succeeded"))
    books.emit("charge.succeeded", charge)
    return charge


def take(books: Books, intent: Json) -> Json:
    """Take the money at once."""
    charge = books.add(_charge(books, intent, status="succeeded"))
    capture(books, charge, charge["amount"])
    books.emit("charge.succeeded", charge)
    return charge


def capture(books: Books, charge: Json, amount: int) -> None:
    """Book what was captured, in minor units; what was held above it is let go."""
    charge["amount_captured"] = amount
    charge["captured"] = True
    charge["amount_refunded"] = charge["amount"] - amount
    charge["balance_transaction"] = balance.post(
        books, amount=amount, currency=charge["currency"], source=charge["id"], kind="charge"
    )
    books.save(charge)


def release(books: Books, charge: Json) -> None:
    """Let an authorisation go, which shows as a refund of money that was never taken."""
    charge["amount_refunded"] = charge["amount"]
    charge["refunded"] = True
    books.emit("charge.refunded", books.save(charge))


def begin(books: Books, intent: Json) -> Json:
    """Start a charge whose outcome the bank tells later."""
    charge = books.add(_charge(books, intent, status="pending"))
    books.emit("charge.pending", charge)
    return charge


def settle(books: Books, charge: Json) -> None:
    """End a pending charge well."""
    charge["status"], charge["paid"] = "succeeded", True
    capture(books, charge, charge["amount"])
    books.emit("charge.succeeded", charge)


def fail(books: Books, charge: Json, attempt: Attempt) -> None:
    """End a charge badly."""
    charge["status"], charge["paid"] = "failed", False
    charge["failure_code"], charge["failure_message"] = attempt.error_code, attempt.message
    books.emit("charge.failed", books.save(charge))


def decline(books: Books, intent: Json, attempt: Attempt) -> Json:
    """Record an attempt that the issuer refused."""
    charge = books.add(_charge(books, intent, status="pending"))
    fail(books, charge, attempt)
    return charge


def unrefunded(charge: Json) -> int:
    """Return what is left to refund, in minor units."""
    return int(charge["amount"] - charge["amount_refunded"])


def change_refunded(books: Books, charge: Json, by: int) -> None:
    """Count a refund in (positive), or a failed one out again (negative)."""
    charge["amount_refunded"] += by
    charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
    books.save(charge)
