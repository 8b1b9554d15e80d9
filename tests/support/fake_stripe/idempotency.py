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
from tests.support.fake_stripe.wire import Answer, Request

LIFETIME = 24 * 3600
"""Seconds after which a key may be removed; a request with it is then a new one."""
_LONGEST_KEY = 255


class IdempotencyKeys:
    """The first answer to each key of an account; keys in use live only as long as the process."""

    def __init__(self, ledger: Ledger) -> None:
        """Keep the answers in the ledger."""
        self._ledger = ledger
        self._in_use: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def claim(self, account: str, request: Request) -> Iterator[Answer | None]:
        """Hold a request's key while it is worked on, and give the kept answer if there is one.

        Refuses with 409 where another request holds the key, and with 400 where the key was used
        for another endpoint or other parameters.
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
            yield self._kept(account, key, request)
        finally:
            with self._lock:
                self._in_use.discard((account, key))

    def _kept(self, account: str, key: str, request: Request) -> Answer | None:
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
                kept=False,
            )
        if fingerprint != _fingerprint(request):
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they "
                f"were first used with. {hint}",
                type="idempotency_error",
                kept=False,
            )
        headers = {"Idempotent-Replayed": "true", "Original-Request": request_id}
        return Answer(status=status, body=body, headers=headers)

    def keep(
        self, connection: sqlite3.Connection, account: str, request: Request, answer: Answer
    ) -> None:
        """Store a result in the very transaction that made it."""
        if request.idempotency_key is not None:
            connection.execute(
                "INSERT OR REPLACE INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    account,
                    request.idempotency_key,
                    request.path,
                    _fingerprint(request),
                    self._ledger.now(),
                    answer.status,
                    answer.body,
                    request.id,
                ),
            )


def _fingerprint(request: Request) -> str:
    canonical = json.dumps(request.parameters, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
