"""The account's balance and the transactions it is the sum of (Stripe API: Balance)."""

from __future__ import annotations

from collections import Counter

from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.wire import Json, new_id


def post(books: Books, *, amount: int, currency: str, source: str, kind: str) -> str:
    """Book money in (positive) or out (negative), in minor units; return the transaction's id.

    There are no fees here and money is available at once, so that captures less refunds and
    disputes are the balance exactly.
    """
    transaction = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": books.now,
        "created": books.now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": kind,
        "source": source,
        "status": "available",
        "type": kind,
    }
    books.add(transaction)
    return str(transaction["id"])


def totals(books: Books) -> dict[str, int]:
    """Return the balance by currency, in minor units."""
    sums: Counter[str] = Counter()
    for transaction in books.all("balance_transaction"):
        sums[transaction["currency"]] += transaction["net"]
    return dict(sums)


def retrieve(books: Books) -> Json:
    """Return the Balance object."""
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(totals(books).items())
    ]
    pending = [{**entry, "amount": 0, "source_types": {"card": 0}} for entry in available]
    return {"object": "balance", "available": available, "livemode": False, "pending": pending}
