"""Idempotency keys, as Stripe documents them (Stripe API: Idempotent requests)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.fake_stripe.errors import StripeError, invalid, key_in_use
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.wire import Request, Response

LIFETIME = 24 * 3600
"""Seconds after which a key may be removed; a request with it is then a new one."""
_LONGEST_KEY = 255


class IdempotencyKeys:
    """The first response for each key of an account; keys in use are kept in memory."""

    def __init__(self, ledger: Ledger) -> None:
        """Store the responses in the ledger."""
        self._ledger = ledger
        self._in_use: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def claim(self, account: str, request: Request) -> Iterator[Response | None]:
        """Mark the request's key as in use, and yield the stored response if there is one.

        Raises 409 if another request uses the key, and 400 if the key was used for another
        endpoint or other parameters.
        """
        key = request.idempotency_key
        if key is None:
            yield None
            return
        if len(key) > _LONGEST_KEY:
            raise invalid(f"Idempotency keys must be at most {_LONGEST_KEY} characters.")
        with self._lock:
            if (account, key) in self._in_use:
                raise key_in_use(key)
            self._in_use.add((account, key))
        try:
            yield self._stored(account, key, request)
        finally:
            with self._lock:
                self._in_use.discard((account, key))

    def _stored(self, account: str, key: str, request: Request) -> Response | None:
        rows = self._ledger.rows(
            "SELECT path, fingerprint, status, body, request_id FROM idempotency_keys "
            "WHERE account = ? AND key = ? AND created > ?",
            (account, key, self._ledger.now() - LIFETIME),
        )
        if not rows:
            return None
        path, fingerprint, status, body, request_id = rows[0]
        hint = f"Try using a key other than '{key}' if you meant to execute a different request."
        if path != request.path:
            raise StripeError(
                "Keys for idempotent requests can only be used for the same endpoint they were "
                f"first used for ('{path}' vs '{request.path}'). {hint}",
                type="idempotency_error",
                stored=False,
            )
        if fingerprint != _fingerprint(request):
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they "
                f"were first used with. {hint}",
                type="idempotency_error",
                stored=False,
            )
        headers = {"Idempotent-Replayed": "true", "Original-Request": request_id}
        return Response(status=status, body=body, headers=headers)

    def store_result(
        self, connection: sqlite3.Connection, account: str, request: Request, response: Response
    ) -> None:
        """Store the response in the transaction of its request."""
        if request.idempotency_key is not None:
            connection.execute(
                "INSERT OR REPLACE INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    account,
                    request.idempotency_key,
                    request.path,
                    _fingerprint(request),
                    self._ledger.now(),
                    response.status,
                    response.body,
                    request.id,
                ),
            )


def _fingerprint(request: Request) -> str:
    canonical = json.dumps(request.parameters, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
