"""What a test can make happen at the provider: customers, banks, staff, faults and clocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.fake_stripe import disputes, intent_lifecycle, refunds
from tests.support.fake_stripe.books import Books, open_books
from tests.support.fake_stripe.courier import Courier, Policy
from tests.support.fake_stripe.errors import missing, unexpected_state
from tests.support.fake_stripe.faults import Fault, Faults
from tests.support.fake_stripe.ground_truth import ground_truth
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.payment_methods import Attempt, Course, attempt_with
from tests.support.fake_stripe.request_log import RequestLog
from tests.support.fake_stripe.wire import Json


class Operations:
    """The acts behind the test's controls; every argument and result is plain JSON."""

    def __init__(
        self, *, ledger: Ledger, courier: Courier, faults: Faults, log: RequestLog
    ) -> None:
        self._ledger = ledger
        self._courier = courier
        self._faults = faults
        self._log = log
        acts: list[Callable[..., Any]] = [
            self.pay, self.settle, self.attach, self.refund, self.refunds_behave,
            self.settle_refund, self.fail_refund, self.open_dispute, self.submit_evidence,
            self.close_dispute, self.fault, self.clear_faults, self.faults_left,
            self.webhook, self.delivery, self.deliver, self.release, self.idle,
            self.events, self.ledger, self.requests, self.clock, self.reset,
        ]  # fmt: skip
        self._acts = {act.__name__: act for act in acts}

    def run(self, name: str, arguments: Json) -> Any:  # noqa: ANN401 - any JSON value
        """Run an act by its name."""
        if name not in self._acts:
            raise missing("control", name, param="operation")
        return self._acts[name](**arguments)

    @contextmanager
    def _books_of(self, identifier: str) -> Iterator[Books]:
        rows = self._ledger.rows("SELECT account FROM objects WHERE id = ?", (identifier,))
        if not rows:
            raise missing("object", identifier, param="id")
        with open_books(self._ledger, rows[0][0]) as books:
            yield books
        self._courier.collect()

    def pay(self, intent: str, outcome: Course, decline_code: str) -> Json:
        """Let the customer try to pay, from any state in which Stripe lets them."""
        with self._books_of(intent) as books:
            document = books.get("payment_intent", intent)
            if document["status"] not in intent_lifecycle.UNPAID:
                raise unexpected_state(f"A customer cannot pay {document['status']}", document)
            document["payment_method"] = document["payment_method"] or "pm_card_visa"
            attempt = Attempt(course=outcome, decline_code=decline_code)
            return intent_lifecycle.attempt(books, document, attempt)

    def attach(self, intent: str, payment_method: str) -> Json:
        """Let the customer choose how to pay and not confirm yet."""
        attempt_with(payment_method)
        with self._books_of(intent) as books:
            document = books.get("payment_intent", intent)
            if document["status"] not in intent_lifecycle.UNPAID:
                raise unexpected_state(f"Nothing can be attached to {document['status']}", document)
            document["payment_method"] = payment_method
            document["status"] = "requires_confirmation"
            return books.save(document)

    def settle(self, intent: str, succeeded: bool, decline_code: str) -> Json:  # noqa: FBT001 - by keyword
        """Let the bank answer for an intent that is processing."""
        course: Course = "succeed" if succeeded else "decline"
        with self._books_of(intent) as books:
            document = books.get("payment_intent", intent)
            attempt = Attempt(course=course, decline_code=decline_code)
            return intent_lifecycle.settle(books, document, attempt)

    def refund(self, intent: str, amount: int | None, reason: str | None) -> Json:
        """Refund in the Dashboard, behind the shop's back."""
        with self._books_of(intent) as books:
            document = books.get("payment_intent", intent)
            if document["status"] != "succeeded":
                raise unexpected_state("There is no successful charge to refund", document)
            return refunds.refund(
                books,
                books.get("charge", document["latest_charge"]),
                amount=amount,
                reason=reason,
                metadata={},
                status=self._ledger.setting("refunds_behave", "succeeded"),
            )

    def refunds_behave(self, status: str) -> None:
        """Choose the status that new refunds begin with."""
        self._ledger.keep_setting("refunds_behave", status)

    def settle_refund(self, refund: str) -> Json:
        """Let a refund reach the customer."""
        with self._books_of(refund) as books:
            return refunds.settle(books, books.get("refund", refund))

    def fail_refund(self, refund: str, reason: str) -> Json:
        """Let the customer's bank send a refund back."""
        with self._books_of(refund) as books:
            return refunds.fail(books, books.get("refund", refund), reason)

    def open_dispute(self, intent: str, amount: int | None, reason: str) -> Json:
        """Let the customer dispute a payment."""
        with self._books_of(intent) as books:
            document = books.get("payment_intent", intent)
            if document["status"] != "succeeded":
                raise unexpected_state("There is no successful charge to dispute", document)
            charge = books.get("charge", document["latest_charge"])
            return disputes.open_dispute(books, charge, amount=amount, reason=reason)

    def submit_evidence(self, dispute: str) -> Json:
        """Let the shop's evidence go to the bank."""
        with self._books_of(dispute) as books:
            return disputes.submit_evidence(books, books.get("dispute", dispute))

    def close_dispute(self, dispute: str, won: bool) -> Json:  # noqa: FBT001 - by keyword
        """Let the bank decide."""
        with self._books_of(dispute) as books:
            return disputes.close(books, books.get("dispute", dispute), won=won)

    def fault(self, **what: Any) -> None:  # noqa: ANN401 - the fields of a Fault
        """Switch a fault on."""
        self._faults.add(Fault(**what))

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    def faults_left(self) -> int:
        """Count the strikes still to come."""
        return self._faults.left()

    def webhook(self, url: str | None, secrets: list[str]) -> None:
        """Say where events go, and with which secrets they are signed."""
        self._ledger.keep_setting("webhook_url", url)
        self._ledger.keep_setting("webhook_secrets", secrets)
        self._courier.collect()

    def delivery(self, policy: Policy) -> None:
        """Choose what becomes of new events."""
        self._courier.set_policy(policy)

    def deliver(self, event: str, timestamp: int | None, secrets: list[str] | None) -> int:
        """Deliver one event once, now."""
        given = None if secrets is None else tuple(secrets)
        return self._courier.deliver(event, timestamp=timestamp, secrets=given)

    def release(self) -> None:
        """Queue every event that was held, dropped or given up."""
        self._ledger.change("UPDATE deliveries SET state = 'queued' WHERE state != 'delivered'")
        self._courier.collect()

    def idle(self, timeout: float) -> bool:
        """Wait until every queued event is delivered or given up."""
        return self._courier.idle(timeout)

    def events(self) -> list[Json]:
        """Return all events, oldest first, each with what became of its delivery."""
        rows = self._ledger.rows(
            "SELECT body, state, attempts, last_status FROM objects "
            "JOIN deliveries ON event = id ORDER BY seq"
        )
        return [
            json.loads(body)
            | {"delivery": {"state": state, "attempts": attempts, "last_status": status}}
            for body, state, attempts, status in rows
        ]

    def ledger(self) -> Json:
        """Return the truth about the money."""
        return ground_truth(self._ledger)

    def requests(self) -> list[Json]:
        """Return the calls since the start or the last reset."""
        return self._log.entries()

    def clock(self, offset: int) -> None:
        """Move Stripe's clock by seconds from the machine's; signatures keep the true time."""
        self._ledger.keep_setting("clock_offset", offset)

    def reset(self) -> None:
        """Forget every object, key, event, fault, call and setting but the webhook's."""
        self._faults.clear()
        self._courier.forget()
        self._ledger.clear()
        self._log.clear()
        self.clock(0)
        self.refunds_behave("succeeded")
        self._courier.set_policy("auto")
