"""Ground truth for tests: amounts captured, refunded and left, in minor units."""

from __future__ import annotations

import json
from collections import defaultdict

from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.wire import Json

_SUMS = ("captured", "refunded", "refunds_pending", "disputed", "balance")


def ground_truth(ledger: Ledger) -> Json:
    """Return ``intents`` by id and ``totals`` by currency, over all accounts.

    ``captures`` is the number of captures, so that a double charge is visible. ``refunded`` is the
    amount of refunds that succeeded, ``refunds_pending`` of those that can still fail. ``balance``
    is the sum of the balance transactions: reduced when a refund is created, restored if it
    fails.
    """
    documents = _documents(ledger)
    parts = {kind: _by_intent(documents[kind]) for kind in ("charge", "refund", "dispute")}
    intents = {intent["id"]: _intent(intent, parts) for intent in documents["payment_intent"]}
    totals: dict[str, Json] = defaultdict(lambda: dict.fromkeys(_SUMS, 0))
    for entry in intents.values():
        for name in _SUMS[:-1]:
            totals[entry["currency"]][name] += entry[name]
    for transaction in documents["balance_transaction"]:
        totals[transaction["currency"]]["balance"] += transaction["net"]
    return {"intents": intents, "totals": dict(totals)}


def _documents(ledger: Ledger) -> dict[str, list[Json]]:
    documents: dict[str, list[Json]] = defaultdict(list)
    statement = "SELECT kind, body FROM objects WHERE kind != 'event' ORDER BY seq"
    for kind, body in ledger.rows(statement):
        documents[kind].append(json.loads(body))
    return documents


def _by_intent(documents: list[Json]) -> dict[str, list[Json]]:
    grouped: dict[str, list[Json]] = defaultdict(list)
    for document in documents:
        grouped[document["payment_intent"]].append(document)
    return grouped


def _intent(intent: Json, parts: dict[str, dict[str, list[Json]]]) -> Json:
    charges, refunds, disputes = (
        parts[kind].get(intent["id"], []) for kind in ("charge", "refund", "dispute")
    )
    captured = [charge for charge in charges if charge["captured"]]
    held = [dispute["amount"] for dispute in disputes if dispute["status"] != "won"]
    return {
        "amount": intent["amount"],
        "currency": intent["currency"],
        "status": intent["status"],
        "metadata": intent["metadata"],
        "captures": len(captured),
        "captured": sum(charge["amount_captured"] for charge in captured),
        "refunded": _sum(refunds, "succeeded"),
        "refunds_pending": _sum(refunds, "pending", "requires_action"),
        "disputed": sum(held),
        "refunds": [
            {name: refund[name] for name in ("id", "amount", "status", "metadata")}
            for refund in refunds
        ],
    }


def _sum(refunds: list[Json], *statuses: str) -> int:
    return sum(refund["amount"] for refund in refunds if refund["status"] in statuses)
