"""Disputes, opened by the test (Stripe API: Disputes; Stripe docs: How disputes work)."""

from __future__ import annotations

from tests.support.fake_stripe import balance
from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json, new_id

_OPEN = ("needs_response", "under_review")


def holds(store: Store, charge: Json) -> bool:
    """Return whether an open or lost dispute holds the charge's money."""
    return charge["disputed"] and any(
        dispute["charge"] == charge["id"] and dispute["status"] != "won"
        for dispute in store.all("dispute")
    )


def open_dispute(store: Store, charge: Json, *, amount: int | None, reason: str) -> Json:
    """Withdraw the money until the dispute is decided."""
    if charge["disputed"]:
        raise StripeError(f"Charge {charge['id']} is already disputed.")
    dispute: Json = {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": amount or charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": store.now,
        "currency": charge["currency"],
        "evidence": {},
        "evidence_details": {"due_by": store.now + 7 * 86_400, "has_evidence": False},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    store.add(dispute)
    charge["disputed"] = True
    store.save(charge)
    _post(store, dispute, -dispute["amount"])
    store.emit("charge.dispute.created", dispute)
    store.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _post(store: Store, dispute: Json, amount: int) -> None:
    transaction = balance.post(
        store,
        amount=amount,
        currency=dispute["currency"],
        source=dispute["id"],
        kind="adjustment",
    )
    dispute["balance_transactions"].append(store.get("balance_transaction", transaction))
    store.save(dispute)


def submit_evidence(store: Store, dispute: Json) -> Json:
    """Submit evidence; the bank reviews the dispute."""
    _require_open(dispute)
    before = dispute["status"]
    dispute["status"] = "under_review"
    dispute["evidence_details"]["has_evidence"] = True
    store.emit("charge.dispute.updated", store.save(dispute), previous={"status": before})
    return dispute


def close(store: Store, dispute: Json, *, won: bool) -> Json:
    """Decide the dispute; a dispute that is won returns the money."""
    _require_open(dispute)
    dispute["status"] = "won" if won else "lost"
    store.save(dispute)
    if won:
        _post(store, dispute, dispute["amount"])
        store.emit("charge.dispute.funds_reinstated", dispute)
    store.emit("charge.dispute.closed", dispute)
    return dispute


def _require_open(dispute: Json) -> None:
    if dispute["status"] not in _OPEN:
        raise StripeError(f"This dispute is already closed ({dispute['status']}).")
