"""Disputes, which only the test can open (Stripe API: Disputes; Stripe docs: How disputes work)."""

from __future__ import annotations

from tests.support.fake_stripe import balance
from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.wire import Json, new_id

_OPEN = ("needs_response", "under_review")


def holds(books: Books, charge: Json) -> bool:
    """Tell whether a dispute, open or lost, keeps the charge's money."""
    return charge["disputed"] and any(
        dispute["charge"] == charge["id"] and dispute["status"] != "won"
        for dispute in books.all("dispute")
    )


def open_dispute(books: Books, charge: Json, *, amount: int | None, reason: str) -> Json:
    """Let the customer's bank take the money back until the dispute is decided."""
    if charge["disputed"]:
        raise StripeError(f"Charge {charge['id']} is already disputed.")
    dispute: Json = {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": amount or charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": books.now,
        "currency": charge["currency"],
        "evidence": {},
        "evidence_details": {"due_by": books.now + 7 * 86_400, "has_evidence": False},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    books.add(dispute)
    charge["disputed"] = True
    books.save(charge)
    _post(books, dispute, -dispute["amount"])
    books.emit("charge.dispute.created", dispute)
    books.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _post(books: Books, dispute: Json, amount: int) -> None:
    transaction = balance.post(
        books,
        amount=amount,
        currency=dispute["currency"],
        source=dispute["id"],
        kind="adjustment",
    )
    dispute["balance_transactions"].append(books.get("balance_transaction", transaction))
    books.save(dispute)


def submit_evidence(books: Books, dispute: Json) -> Json:
    """Send the shop's evidence to the bank, which now looks at it."""
    _require_open(dispute)
    before = dispute["status"]
    dispute["status"] = "under_review"
    dispute["evidence_details"]["has_evidence"] = True
    books.emit("charge.dispute.updated", books.save(dispute), previous={"status": before})
    return dispute


def close(books: Books, dispute: Json, *, won: bool) -> Json:
    """Decide the dispute; the money comes back where it was won."""
    _require_open(dispute)
    dispute["status"] = "won" if won else "lost"
    books.save(dispute)
    if won:
        _post(books, dispute, dispute["amount"])
        books.emit("charge.dispute.funds_reinstated", dispute)
    books.emit("charge.dispute.closed", dispute)
    return dispute


def _require_open(dispute: Json) -> None:
    if dispute["status"] not in _OPEN:
        raise StripeError(f"This dispute is already closed ({dispute['status']}).")
