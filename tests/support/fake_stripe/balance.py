"""The balance of an account: the sum of its transactions (Stripe API: Balance)."""

from __future__ import annotations

from collections import Counter

from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json, new_id


def post(store: Store, *, amount: int, currency: str, source: str, kind: str) -> str:
    """Book money in (positive) or out (negative), in minor units; return the transaction's id.

    There are no fees, and money is available at once: the balance equals captures less refunds
    and disputes.
    """
    transaction = {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": store.now,
        "created": store.now,
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
    store.add(transaction)
    return str(transaction["id"])


def totals(store: Store) -> dict[str, int]:
    """Return the balance by currency, in minor units."""
    sums: Counter[str] = Counter()
    for transaction in store.all("balance_transaction"):
        sums[transaction["currency"]] += transaction["net"]
    return dict(sums)


def retrieve(store: Store) -> Json:
    """Return the Balance object."""
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(totals(store).items())
    ]
    pending = [{**entry, "amount": 0, "source_types": {"card": 0}} for entry in available]
    return {"object": "balance", "available": available, "livemode": False, "pending": pending}
