"""The lifecycle of a refund (Stripe docs: Refund and cancel payments)."""

from __future__ import annotations

from tests.support.fake_stripe import balance, charges, disputes
from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json, new_id

_SYMBOLS = {"inr": "₹", "usd": "$", "eur": "€", "gbp": "£"}
_ZERO_DECIMAL = {"jpy", "krw", "vnd", "clp"}


def begin(
    store: Store,
    charge: Json,
    *,
    amount: int | None,
    reason: str | None,
    metadata: dict[str, str],
    status: str,
) -> Json:
    """Create a refund; raises if the amount is more than is left of the charge."""
    left = charges.unrefunded(charge)
    if disputes.holds(store, charge):
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
        "created": store.now,
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
        store,
        amount=-created["amount"],
        currency=created["currency"],
        source=created["id"],
        kind="refund",
    )
    store.add(created)
    charges.change_refunded(store, charge, created["amount"])
    store.emit("refund.created", created)
    store.emit("charge.refunded", charge)
    return created


def _money(amount: int, charge: Json) -> str:
    currency = charge["currency"]
    number = f"{amount:,}" if currency in _ZERO_DECIMAL else f"{amount / 100:,.2f}"
    return f"{_SYMBOLS.get(currency, currency.upper() + ' ')}{number}"


def settle(store: Store, document: Json) -> Json:
    """Let a refund succeed."""
    _require(document, "succeeded", allowed=("pending", "requires_action"))
    return _move(store, document, "succeeded")


def fail(store: Store, document: Json, reason: str) -> Json:
    """Let a refund fail, also one that has succeeded; the refundable amount is restored.

    Stripe docs, Refund and cancel payments, "Failed refunds": the bank returns the money and it
    is added back to the account's balance.
    """
    _require(document, "failed", allowed=("pending", "requires_action", "succeeded"))
    document["failure_reason"] = reason
    _restore(store, document)
    _move(store, document, "failed")
    store.emit("refund.failed", document)
    return document


def cancel(store: Store, document: Json) -> Json:
    """Cancel a refund that requires an action of the customer."""
    if document["status"] != "requires_action":
        raise StripeError(
            "You can only cancel a refund with a status of requires_action; this refund has a "
            f"status of {document['status']}.",
        )
    document["failure_reason"] = "merchant_request"
    _restore(store, document)
    return _move(store, document, "canceled")


def _restore(store: Store, document: Json) -> None:
    document["failure_balance_transaction"] = balance.post(
        store,
        amount=document["amount"],
        currency=document["currency"],
        source=document["id"],
        kind="refund_failure",
    )
    charge = store.get("charge", document["charge"])
    charges.change_refunded(store, charge, -document["amount"])


def _require(document: Json, status: str, *, allowed: tuple[str, ...]) -> None:
    before = document["status"]
    if before not in allowed:
        raise StripeError(f"A refund with a status of {before} cannot become {status}.")


def _move(store: Store, document: Json, status: str) -> Json:
    before, document["status"] = document["status"], status
    document.pop("pending_reason", None)
    store.save(document)
    _announce(store, document, {"status": before})
    return document


def _announce(store: Store, document: Json, previous: Json) -> None:
    """Emit the events of a changed refund, of the current and of the older type."""
    store.emit("refund.updated", document, previous=previous)
    store.emit("charge.refund.updated", document, previous=previous)
