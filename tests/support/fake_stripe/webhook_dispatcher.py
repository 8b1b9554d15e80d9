"""Delivery of events: signed, retried until acknowledged, in no fixed order."""

from __future__ import annotations

import heapq
import http.client
import itertools
import json
import threading
import time
from urllib.parse import urlsplit

from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.signatures import sign
from tests.support.fake_stripe.wire import encode


class WebhookDispatcher:
    """Delivers each queued event until a 2xx response or the last attempt.

    Stripe retries for three days with exponential back-off (Stripe docs: Webhooks, Retry
    behavior); here the test sets the delays in seconds.
    """

    def __init__(
        self, ledger: Ledger, *, retry_delays: tuple[float, ...], threads: int = 4
    ) -> None:
        """Deliver on several threads, so that the order is not fixed, as with Stripe."""
        self._ledger = ledger
        self._delays = retry_delays
        self._due: list[tuple[float, int, str, int]] = []
        self._known: set[str] = set()
        self._ticket = itertools.count()
        self._in_flight = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"dispatcher-{n}") for n in range(threads)
        ]

    def start(self) -> None:
        """Start with the undelivered events of the last run."""
        for thread in self._threads:
            thread.start()
        self.collect()

    def stop(self) -> None:
        """Finish the current deliveries and join the threads; other events stay queued."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def collect(self) -> None:
        """Schedule every event whose state in the ledger is ``queued``."""
        if self._ledger.setting("webhook_url") is None:
            return
        with self._changed:
            for (event,) in self._ledger.rows("SELECT event FROM deliveries WHERE state='queued'"):
                if event not in self._known:
                    self._known.add(event)
                    self._push(event, attempt=0, delay=0)

    def _push(self, event: str, *, attempt: int, delay: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + delay, next(self._ticket), event, attempt))
        self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            event, attempt = task
            status = self._deliver(event)
            with self._changed:
                self._in_flight -= 1
                done = 200 <= status < 300
                if done or attempt >= len(self._delays):
                    self._known.discard(event)
                    if not done:
                        self._ledger.change(
                            "UPDATE deliveries SET state = 'abandoned' WHERE event = ?", (event,)
                        )
                else:
                    self._push(event, attempt=attempt + 1, delay=self._delays[attempt])
                self._changed.notify_all()

    def _next(self) -> tuple[str, int] | None:
        with self._changed:
            while not self._stopping:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    _, _, event, attempt = heapq.heappop(self._due)
                    self._in_flight += 1
                    return event, attempt
                self._changed.wait(wait)
            return None

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no delivery is due or running; False after ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._due and not self._in_flight, timeout)

    def _note(self, event: str, state: str, status: int) -> None:
        self._ledger.change(
            "UPDATE deliveries SET state = ?, attempts = attempts + 1, last_status = ? "
            "WHERE event = ?",
            (state, status, event),
        )

    def _deliver(self, event: str) -> int:
        """Return the HTTP status, or 0 without a response."""
        ((body,),) = self._ledger.rows("SELECT body FROM objects WHERE id = ?", (event,))
        payload = encode(json.loads(body))
        secrets = self._ledger.setting("webhook_secrets", [])
        status = self._post(payload, sign(payload, *secrets))
        self._note(event, "delivered" if 200 <= status < 300 else "queued", status)
        return status

    def _post(self, payload: bytes, signature: str) -> int:
        url = urlsplit(self._ledger.setting("webhook_url"))
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            connection.request("POST", url.path or "/", payload, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return 0
        else:
            return response.status
        finally:
            connection.close()
