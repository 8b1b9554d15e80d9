"""Expansion of ids into objects (Stripe API: Expanding responses)."""

from __future__ import annotations

import copy

from tests.support.fake_stripe.errors import invalid
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json

_KINDS = {
    "pi": "payment_intent",
    "ch": "charge",
    "re": "refund",
    "dp": "dispute",
    "txn": "balance_transaction",
}
_DEEPEST = 4


def expand(store: Store, document: Json, values: Json) -> Json:
    """Return a copy of the response with every field named in ``expand`` expanded."""
    paths = Parameters(values, allowed=values).strings("expand")
    if not paths:
        return document
    expanded = copy.deepcopy(document)
    for path in paths:
        parts = path.split(".")
        if len(parts) > _DEEPEST:
            raise invalid(
                f"You cannot expand more than {_DEEPEST} levels of a property.", param="expand"
            )
        _expand(store, expanded, parts, path)
    return expanded


def _expand(store: Store, node: Json, parts: list[str], path: str) -> None:
    head, *rest = parts
    if node.get("object") == "list" and head == "data":
        for item in node["data"]:
            _expand(store, item, rest, path)
        return
    if head == "refunds" and node.get("object") == "charge":
        node[head] = _refunds(store, node["id"])
    elif head not in node:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    value = node[head]
    if isinstance(value, str):
        kind = _KINDS.get(value.partition("_")[0])
        found = store.find(kind, value) if kind else None
        if found is None:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        node[head] = value = found
    if rest and isinstance(value, dict):
        _expand(store, value, rest, path)


def _refunds(store: Store, charge: str) -> Json:
    data = [refund for refund in store.all("refund") if refund["charge"] == charge]
    url = f"/v1/charges/{charge}/refunds"
    return {"object": "list", "data": data, "has_more": False, "url": url}
