"""The lifecycle of a refund (Stripe docs: Refund and cancel payments)."""

from __future__ import annotations

from tests.support.fake_stripe import balance, charges, disputes
from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.wire import Json, new_id

_SYMBOLS = {"inr": "₹", "usd": "$", "eur": "€", "gbp": "£"}
_ZERO_DECIMAL = {"jpy", "krw", "vnd", "clp"}


def begin(
    books: Books,
    charge: Json,
    *,
    amount: int | None,
    reason: str | None,
    metadata: dict[str, str],
    status: str,
) -> Json:
    """Give money back, whoever asks; never more than is left of the charge."""
    left = charges.unrefunded(charge)
    if disputes.holds(books, charge):
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left == 0:
        raise StripeError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount is not None and amount > left:
        whole = left == charge["amount"]
        raise StripeError(
            f"Refund amount ({_money(amount, charge)}) is greater than "
            f"{'charge amount' if whole else 'unrefunded amount on charge'} "
            f"({_money(left, charge)})",
            param="amount",
        )
    created: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount or left,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": books.now,
        "currency": charge["currency"],
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "status": status,
    }
    if status == "pending":
        created["pending_reason"] = "processing"
    created["balance_transaction"] = balance.post(
        books,
        amount=-created["amount"],
        currency=created["currency"],
        source=created["id"],
        kind="refund",
    )
    books.add(created)
    charges.change_refunded(books, charge, created["amount"])
    books.emit("refund.created", created)
    books.emit("charge.refunded", charge)
    return created


def _money(amount: int, charge: Json) -> str:
    currency = charge["currency"]
    number = f"{amount:,}" if currency in _ZERO_DECIMAL else f"{amount / 100:,.2f}"
    return f"{_SYMBOLS.get(currency, currency.upper() + ' ')}{number}"


def settle(books: Books, document: Json) -> Json:
    """End a refund well: the customer has the money."""
    _require(document, "succeeded", allowed=("pending", "requires_action"))
    return _move(books, document, "succeeded")


def fail(books: Books, document: Json, reason: str) -> Json:
    """End a refund badly, even one that had succeeded; what is left of the charge is restored.

    Stripe docs, Refund and cancel payments, "Failed refunds": the bank returns the money and it
    is added back to the account's balance.
    """
    _require(document, "failed", allowed=("pending", "requires_action", "succeeded"))
    document["failure_reason"] = reason
    _restore(books, document)
    _move(books, document, "failed")
    books.emit("refund.failed", document)
    return document


def cancel(books: Books, document: Json) -> Json:
    """Withdraw a refund that still waits for the customer."""
    if document["status"] != "requires_action":
        raise StripeError(
            "You can only cancel a refund with a status of requires_action; this refund has a "
            f"status of {document['status']}.",
        )
    document["failure_reason"] = "merchant_request"
    _restore(books, document)
    return _move(books, document, "canceled")


def _restore(books: Books, document: Json) -> None:
    document["failure_balance_transaction"] = balance.post(
        books,
        amount=document["amount"],
        currency=document["currency"],
        source=document["id"],
        kind="refund_failure",
    )
    charge = books.get("charge", document["charge"])
    charges.change_refunded(books, charge, -document["amount"])


def _require(document: Json, status: str, *, allowed: tuple[str, ...]) -> None:
    before = document["status"]
    if before not in allowed:
        raise StripeError(f"A refund with a status of {before} cannot become {status}.")


def _move(books: Books, document: Json, status: str) -> Json:
    before, document["status"] = document["status"], status
    document.pop("pending_reason", None)
    books.save(document)
    announce(books, document, {"status": before})
    return document


def announce(books: Books, document: Json, previous: Json) -> None:
    """Tell that a refund has changed; the older event goes with the newer one."""
    books.emit("refund.updated", document, previous=previous)
    books.emit("charge.refund.updated", document, previous=previous)
