"""Delivery of events: signed, retried until acknowledged, in no fixed order."""

from __future__ import annotations

import heapq
import http.client
import itertools
import json
import threading
import time
from typing import Literal
from urllib.parse import urlsplit

from tests.support.fake_stripe.errors import invalid, missing
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.signatures import sign
from tests.support.fake_stripe.wire import encode

Policy = Literal["auto", "manual", "drop"]
_STATES = {"auto": "queued", "manual": "held", "drop": "dropped"}


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

    def forget(self) -> None:
        """Drop the queue of this process after the current deliveries."""
        with self._changed:
            self._due.clear()
            self._known.clear()
            self._changed.wait_for(lambda: not self._in_flight)
            self._due.clear()
            self._known.clear()

    def set_policy(self, policy: Policy) -> None:
        """Set the delivery of new events."""
        self._ledger.save_setting("delivery", policy)
        self._ledger.save_setting("arrival_state", _STATES[policy])

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
            status = self.deliver(event)
            with self._changed:
                self._in_flight -= 1
                done = 200 <= status < 300
                if done or attempt >= len(self._delays):
                    self._known.discard(event)
                    if not done:
                        self._note(event, "abandoned", status)
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

    def deliver(
        self,
        event: str,
        *,
        timestamp: int | None = None,
        secrets: tuple[str, ...] | None = None,
    ) -> int:
        """Deliver once; return the HTTP status, or 0 without a response."""
        rows = self._ledger.rows(
            "SELECT body, state FROM objects JOIN deliveries ON event = id WHERE id = ?", (event,)
        )
        if not rows:
            raise missing("event", event, param="event")
        if self._ledger.setting("webhook_url") is None:
            raise invalid("There is no webhook endpoint to deliver to.")
        body, state = rows[0]
        payload = encode(json.loads(body))
        keys = secrets or tuple(self._ledger.setting("webhook_secrets", []))
        status = self._post(payload, sign(payload, *keys, timestamp=timestamp))
        acknowledged = 200 <= status < 300
        self._note(event, "delivered" if acknowledged else state, status)
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
