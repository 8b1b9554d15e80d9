"""Objects of one account in one transaction, and the events of their changes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.fake_stripe.errors import missing
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.wire import API_VERSION, Json, Request, new_id


class Store:
    """Reads and writes objects of an account; its events are delivered after the commit."""

    def __init__(
        self, connection: sqlite3.Connection, ledger: Ledger, account: str, cause: Request | None
    ) -> None:
        """``cause`` is the request that the events name."""
        self._connection = connection
        self._ledger = ledger
        self._cause = cause
        self.account = account
        self.now = ledger.now()

    def add(self, document: Json) -> Json:
        """Store a new object."""
        self._connection.execute(
            "INSERT INTO objects (id, account, kind, created, body) VALUES (?, ?, ?, ?, ?)",
            (
                document["id"],
                self.account,
                document["object"],
                document["created"],
                json.dumps(document),
            ),
        )
        return document

    def save(self, document: Json) -> Json:
        """Store an object's new state."""
        self._connection.execute(
            "UPDATE objects SET body = ? WHERE id = ?", (json.dumps(document), document["id"])
        )
        return document

    def find(self, kind: str, identifier: str) -> Json | None:
        """Return an object of this account, or None."""
        row = self._connection.execute(
            "SELECT body FROM objects WHERE id = ? AND kind = ? AND account = ?",
            (identifier, kind, self.account),
        ).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def get(self, kind: str, identifier: str, *, param: str = "id", status: int = 404) -> Json:
        """Return an object of this account; raises ``resource_missing``."""
        document = self.find(kind, identifier)
        if document is None:
            raise missing(kind, identifier, param=param, status=status)
        return document

    def all(self, kind: str) -> list[Json]:
        """Return all objects of a kind, newest first."""
        rows = self._connection.execute(
            "SELECT body FROM objects WHERE kind = ? AND account = ? ORDER BY seq DESC",
            (kind, self.account),
        )
        return [json.loads(row[0]) for row in rows]

    def emit(self, kind: str, document: Json, *, previous: Json | None = None) -> None:
        """Record an event with a snapshot of the object (Stripe API: The Event object)."""
        data: Json = {"object": document}
        if previous is not None:
            data["previous_attributes"] = previous
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {
                "id": self._cause.id if self._cause else None,
                "idempotency_key": self._cause.idempotency_key if self._cause else None,
            },
            "type": kind,
        }
        self.add(event)
        self._connection.execute(
            "INSERT INTO deliveries (event, state) VALUES (?, ?)",
            (event["id"], "queued"),
        )


@contextmanager
def open_store(ledger: Ledger, account: str, cause: Request | None = None) -> Iterator[Store]:
    """Open the store of an account for one transaction."""
    with ledger.transaction() as connection:
        yield Store(connection, ledger, account, cause)
