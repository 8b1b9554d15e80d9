"""The test's hand on the provider, the same for a server in this process and in another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, cast

from tests.support.fake_stripe.faults import Effect, When
from tests.support.fake_stripe.payment_methods import Course
from tests.support.fake_stripe.webhook_dispatcher import Policy
from tests.support.fake_stripe.wire import Json


class ControlRefused(Exception):
    """The provider's state does not allow what the test asked for."""


class Controls(ABC):
    """Everything that can happen at a payment provider without the shop's doing."""

    @abstractmethod
    def _run(self, operation: str, arguments: Json) -> Any:  # noqa: ANN401 - any JSON value
        """Run an operation; raises :class:`ControlRefused`."""

    def _json(self, operation: str, **arguments: object) -> Json:
        return cast("Json", self._run(operation, arguments))

    # --- the customer and their bank -------------------------------------------------------

    def pay(
        self, intent: str, outcome: Course = "succeed", *, decline_code: str = "generic_decline"
    ) -> Json:
        """Let the customer try to pay; return the PaymentIntent as it is then.

        From ``requires_action``, ``succeed`` and ``decline`` end the authentication. ``process``
        leaves the intent processing until :meth:`settle`.
        """
        return self._json("pay", intent=intent, outcome=outcome, decline_code=decline_code)

    def attach(self, intent: str, payment_method: str = "pm_card_visa") -> Json:
        """Let the customer choose how to pay, without confirming (``requires_confirmation``)."""
        return self._json("attach", intent=intent, payment_method=payment_method)

    def settle(
        self, intent: str, *, succeeded: bool = True, decline_code: str = "insufficient_funds"
    ) -> Json:
        """Let the bank answer for an intent that is processing."""
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
        """Decide a dispute; where it is won, the money comes back."""
        return self._json("close_dispute", dispute=dispute, won=won)

    # --- refunds ---------------------------------------------------------------------------

    def refund(self, intent: str, amount: int | None = None, *, reason: str | None = None) -> Json:
        """Refund in the Dashboard, behind the shop's back; all that is left by default."""
        return self._json("refund", intent=intent, amount=amount, reason=reason)

    def refunds_behave(self, status: str) -> None:
        """Choose how new refunds begin: ``succeeded``, ``pending`` or ``requires_action``."""
        self._run("refunds_behave", {"status": status})

    def settle_refund(self, refund: str) -> Json:
        """Let a refund that is not settled succeed."""
        return self._json("settle_refund", refund=refund)

    def fail_refund(self, refund: str, reason: str = "unknown") -> Json:
        """Let a refund fail, even after it succeeded, as banks do."""
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
        kept: bool | None = None,
    ) -> None:
        """Switch a fault on (see :class:`~tests.support.fake_stripe.faults.Fault`).

        ``method`` and ``path`` are shell patterns (``POST``, ``/v1/refunds*``).
        """
        arguments: Json = {"effect": effect, "when": when, "method": method, "path": path}
        arguments |= {"times": times, "skip": skip, "seconds": seconds, "kept": kept}
        self._run("fault", arguments)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._run("clear_faults", {})

    def faults_left(self) -> int:
        """Count the strikes still to come: 0 proves that a fault has struck."""
        return cast("int", self._run("faults_left", {}))

    def held(self, count: int = 1, *, timeout: float = 20.0) -> bool:
        """Wait until ``count`` requests are held by ``hang`` or ``slow``.

        A ``slow`` request that is held before it executes already holds its idempotency key.
        """
        return cast("bool", self._run("held", {"count": count, "timeout": timeout}))

    def let_go(self) -> None:
        """End every ``hang`` and ``slow`` of this moment."""
        self._run("let_go", {})

    # --- events ----------------------------------------------------------------------------

    def webhook(self, url: str | None, *secrets: str) -> None:
        """Say where events go, and the secret that signs them (two while one is rolled)."""
        self._run("webhook", {"url": url, "secrets": list(secrets)})

    def delivery(self, policy: Policy) -> None:
        """Choose what becomes of new events: ``auto``, ``manual`` (held) or ``drop``."""
        self._run("delivery", {"policy": policy})

    def deliver(
        self, event: str, *, timestamp: int | None = None, secrets: list[str] | None = None
    ) -> int:
        """Deliver one event once, now, whatever became of it before.

        Returns the shop's status, or 0 for no answer.
        """
        arguments: Json = {"event": event, "timestamp": timestamp, "secrets": secrets}
        return cast("int", self._run("deliver", arguments))

    def release(self) -> None:
        """Queue every event that the shop has not acknowledged."""
        self._run("release", {})

    def idle(self, timeout: float = 20.0) -> bool:
        """Wait until every queued event is delivered or given up."""
        return cast("bool", self._run("idle", {"timeout": timeout}))

    def events(self, *types: str) -> list[Json]:
        """Return the events, oldest first, with their ``delivery``; of these types, if any."""
        events = cast("list[Json]", self._run("events", {}))
        return [event for event in events if not types or event["type"] in types]

    # --- the truth -------------------------------------------------------------------------

    def ledger(self) -> Json:
        """Return what was taken and given back: ``intents`` by id, ``totals`` by currency."""
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
        """Move Stripe's clock by seconds, for events and keys; signatures keep the true time."""
        self._run("clock", {"offset": offset})

    def reset(self) -> None:
        """Forget everything but where the webhook is."""
        self._run("reset", {})
