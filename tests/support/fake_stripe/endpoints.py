"""Routing of methods and paths to endpoints."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from tests.support.fake_stripe import balance, payment_intents, refunds
from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.listing import list_objects
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json, Request

_Endpoint = Callable[..., Json]


def _retrieve(store: Store, values: Json, identifier: str, *, kind: str, param: str) -> Json:
    Parameters(values, allowed=("client_secret",))
    return store.get(kind, identifier, param=param)


class Endpoints:
    """The routes of the API."""

    def __init__(self, ledger: Ledger) -> None:
        """Build the table of routes."""
        self._ledger = ledger
        self._routes: list[tuple[str, re.Pattern[str], _Endpoint]] = []
        self._add("POST", "payment_intents", payment_intents.create)
        self._add("POST", "payment_intents/:id/cancel", payment_intents.cancel)
        self._add("POST", "refunds", self._create_refund)
        self._add("POST", "refunds/:id/cancel", refunds.cancel)
        self._add("GET", "balance", self._balance)
        self._add_reads("payment_intent", "payment_intents", "customer", param="intent")
        self._add_reads("charge", "charges", "payment_intent", param="charge")
        self._add_reads("refund", "refunds", "payment_intent", "charge", param="refund")
        self._add_reads("dispute", "disputes", "payment_intent", "charge", param="dispute")
        self._add_reads("event", "events", "type", "types", param="id")
        self._add_reads(
            "balance_transaction", "balance_transactions", "type", "source", "currency", param="id"
        )

    def _add(self, method: str, path: str, endpoint: _Endpoint) -> None:
        pattern = "/v1/" + path.replace(":id", r"([A-Za-z0-9_]+)")
        self._routes.append((method, re.compile(pattern), endpoint))

    def _add_reads(self, kind: str, path: str, *filters: str, param: str) -> None:
        listing = partial(list_objects, kind=kind, url=f"/v1/{path}", filters=filters)
        self._add("GET", path, listing)
        self._add("GET", f"{path}/:id", partial(_retrieve, kind=kind, param=param))

    def _create_refund(self, store: Store, values: Json) -> Json:
        return refunds.create(
            store, values, status=self._ledger.setting("set_refund_status", "succeeded")
        )

    def _balance(self, store: Store, values: Json) -> Json:
        Parameters(values)
        return balance.retrieve(store)

    def run(self, store: Store, request: Request) -> Json:
        """Run the endpoint of the request."""
        for method, pattern, endpoint in self._routes:
            match = pattern.fullmatch(request.path)
            if match is not None and method == request.method:
                return endpoint(store, request.parameters, *match.groups())
        raise StripeError(
            f"Unrecognized request URL ({request.method}: {request.path}). If you are trying to "
            "list objects, remove the trailing slash. If you are trying to retrieve an object, "
            "make sure you passed a valid (non-empty) identifier in your code.",
            status=404,
            stored=False,
        )
