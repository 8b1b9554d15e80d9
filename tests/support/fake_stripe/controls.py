"""Controls of the fake Stripe for tests, for a server in this process or in another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, cast

from tests.support.fake_stripe.charges import Course
from tests.support.fake_stripe.faults import Effect, When
from tests.support.fake_stripe.wire import Json


class ControlRefused(Exception):
    """The state of the object does not allow the operation."""


class Controls(ABC):
    """What customers, banks and staff do at Stripe, and faults, events and the ledger."""

    @abstractmethod
    def _run(self, operation: str, arguments: Json) -> Any:  # noqa: ANN401 - any JSON value
        """Run an operation; raises :class:`ControlRefused`."""

    def _json(self, operation: str, **arguments: object) -> Json:
        return cast("Json", self._run(operation, arguments))

    # --- customers and banks ---------------------------------------------------------------

    def pay(
        self, intent: str, outcome: Course = "succeed", *, decline_code: str = "generic_decline"
    ) -> Json:
        """Let the customer try to pay; return the PaymentIntent.

        In ``requires_action``, ``succeed`` and ``decline`` end the authentication. ``process``
        leaves the intent ``processing`` until :meth:`settle`.
        """
        return self._json("pay", intent=intent, outcome=outcome, decline_code=decline_code)

    def settle(
        self, intent: str, *, succeeded: bool = True, decline_code: str = "insufficient_funds"
    ) -> Json:
        """Let the bank accept or decline an intent that is ``processing``."""
        return self._json("settle", intent=intent, succeeded=succeeded, decline_code=decline_code)

    def open_dispute(
        self, intent: str, *, amount: int | None = None, reason: str = "fraudulent"
    ) -> Json:
        """Let the customer dispute a payment, or a part of it in minor units."""
        return self._json("open_dispute", intent=intent, amount=amount, reason=reason)

    def submit_evidence(self, dispute: str) -> Json:
        """Move a dispute to ``under_review``."""
        return self._json("submit_evidence", dispute=dispute)

    def close_dispute(self, dispute: str, *, won: bool) -> Json:
        """Decide a dispute; a dispute that is won returns the money."""
        return self._json("close_dispute", dispute=dispute, won=won)

    # --- refunds ---------------------------------------------------------------------------

    def refund(self, intent: str, amount: int | None = None, *, reason: str | None = None) -> Json:
        """Refund in the Dashboard: an amount in minor units, or all that is left."""
        return self._json("refund", intent=intent, amount=amount, reason=reason)

    def set_refund_status(self, status: str) -> None:
        """Set the status of new refunds: ``succeeded``, ``pending`` or ``requires_action``."""
        self._run("set_refund_status", {"status": status})

    def settle_refund(self, refund: str) -> Json:
        """Let a pending refund succeed."""
        return self._json("settle_refund", refund=refund)

    def fail_refund(self, refund: str, reason: str = "unknown") -> Json:
        """Let a refund fail, also one that has succeeded."""
        return self._json("fail_refund", refund=refund, reason=reason)

    # --- faults ----------------------------------------------------------------------------

    def fault(
        self,
        effect: Effect,
        *,
        when: When = "before",
        method: str = "*",
        path: str = "*",
        times: int = 1,
        skip: int = 0,
        seconds: float = 30.0,
        stored: bool | None = None,
    ) -> None:
        """Add a fault (see :class:`~tests.support.fake_stripe.faults.Fault`).

        ``method`` and ``path`` are shell patterns (``POST``, ``/v1/refunds*``).
        """
        arguments: Json = {"effect": effect, "when": when, "method": method, "path": path}
        arguments |= {"times": times, "skip": skip, "seconds": seconds, "stored": stored}
        self._run("fault", arguments)

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._run("clear_faults", {})

    def remaining_faults(self) -> int:
        """Count the requests that faults will still affect: 0 proves that all took effect."""
        return cast("int", self._run("remaining_faults", {}))

    def wait_until_held(self, count: int = 1, *, timeout: float = 20.0) -> bool:
        """Wait until ``count`` requests are held by ``hang`` or ``slow``.

        A ``slow`` request that is held before it executes has its idempotency key in use.
        """
        return cast("bool", self._run("wait_until_held", {"count": count, "timeout": timeout}))

    def resume(self) -> None:
        """Release the requests that are held now."""
        self._run("resume", {})

    # --- events ----------------------------------------------------------------------------

    def webhook(self, url: str | None, *secrets: str) -> None:
        """Set the webhook's URL and signing secrets (two while a secret is rolled)."""
        self._run("webhook", {"url": url, "secrets": list(secrets)})

    def wait_until_idle(self, timeout: float = 20.0) -> bool:
        """Wait until every event is delivered or abandoned."""
        return cast("bool", self._run("wait_until_idle", {"timeout": timeout}))

    def events(self, *types: str) -> list[Json]:
        """Return the events (of these types), oldest first, each with its ``delivery``."""
        events = cast("list[Json]", self._run("events", {}))
        return [event for event in events if not types or event["type"] in types]

    # --- state -----------------------------------------------------------------------------

    def ledger(self) -> Json:
        """Return captures and refunds: ``intents`` by id, ``totals`` by currency."""
        return self._json("ledger")

    def requests(self, method: str | None = None, path: str | None = None) -> list[Json]:
        """Return the calls, oldest first: path, key, parameters, status, fault, replayed."""
        calls = cast("list[Json]", self._run("requests", {}))
        return [
            call
            for call in calls
            if method in {None, call["method"]} and path in {None, call["path"]}
        ]

    def clock(self, offset: int) -> None:
        """Set the offset of Stripe's clock in seconds; signatures use the real time."""
        self._run("clock", {"offset": offset})
