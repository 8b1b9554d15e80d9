"""Simulated actions of customers, banks and Dashboard users."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.fake_stripe import disputes, intent_lifecycle, refund_lifecycle
from tests.support.fake_stripe.charges import Attempt, Course
from tests.support.fake_stripe.errors import invalid, missing, unexpected_state
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.store import Store, open_store
from tests.support.fake_stripe.webhook_dispatcher import WebhookDispatcher
from tests.support.fake_stripe.wire import Json


class Simulations:
    """Acts on objects of any account by id; raises Stripe's errors."""

    def __init__(self, ledger: Ledger, dispatcher: WebhookDispatcher) -> None:
        self._ledger = ledger
        self._dispatcher = dispatcher

    @contextmanager
    def _store_of(self, identifier: str) -> Iterator[Store]:
        rows = self._ledger.rows("SELECT account FROM objects WHERE id = ?", (identifier,))
        if not rows:
            raise missing("object", identifier, param="id")
        with open_store(self._ledger, rows[0][0]) as store:
            yield store
        self._dispatcher.collect()

    def pay(self, intent: str, outcome: Course, decline_code: str) -> Json:
        """Let the customer try to pay, in any status that Stripe allows."""
        with self._store_of(intent) as store:
            document = store.get("payment_intent", intent)
            if document["status"] not in intent_lifecycle.UNPAID:
                raise unexpected_state(f"A customer cannot pay {document['status']}", document)
            document["payment_method"] = document["payment_method"] or "pm_card_visa"
            attempt = Attempt(course=outcome, decline_code=decline_code)
            return intent_lifecycle.attempt(store, document, attempt)

    def settle(self, intent: str, succeeded: bool, decline_code: str) -> Json:  # noqa: FBT001 - by keyword
        """Let the bank accept or decline an intent that is ``processing``."""
        course: Course = "succeed" if succeeded else "decline"
        with self._store_of(intent) as store:
            document = store.get("payment_intent", intent)
            attempt = Attempt(course=course, decline_code=decline_code)
            return intent_lifecycle.settle(store, document, attempt)

    def refund(self, intent: str, amount: int | None, reason: str | None) -> Json:
        """Refund in the Dashboard."""
        with self._store_of(intent) as store:
            document = store.get("payment_intent", intent)
            if document["status"] != "succeeded":
                raise unexpected_state("There is no successful charge to refund", document)
            return refund_lifecycle.begin(
                store,
                store.get("charge", document["latest_charge"]),
                amount=amount,
                reason=reason,
                metadata={},
                status=self._ledger.setting("set_refund_status", "succeeded"),
            )

    def set_refund_status(self, status: str) -> None:
        """Set the status of new refunds."""
        if status not in {"succeeded", "pending", "requires_action"}:
            raise invalid(f"A refund cannot begin with a status of {status}.")
        self._ledger.save_setting("set_refund_status", status)

    def settle_refund(self, refund: str) -> Json:
        """Let a refund succeed."""
        with self._store_of(refund) as store:
            return refund_lifecycle.settle(store, store.get("refund", refund))

    def fail_refund(self, refund: str, reason: str) -> Json:
        """Let the customer's bank return a refund."""
        with self._store_of(refund) as store:
            return refund_lifecycle.fail(store, store.get("refund", refund), reason)

    def open_dispute(self, intent: str, amount: int | None, reason: str) -> Json:
        """Let the customer dispute a payment."""
        with self._store_of(intent) as store:
            document = store.get("payment_intent", intent)
            if document["status"] != "succeeded":
                raise unexpected_state("There is no successful charge to dispute", document)
            charge = store.get("charge", document["latest_charge"])
            return disputes.open_dispute(store, charge, amount=amount, reason=reason)

    def submit_evidence(self, dispute: str) -> Json:
        """Submit evidence to the bank."""
        with self._store_of(dispute) as store:
            return disputes.submit_evidence(store, store.get("dispute", dispute))

    def close_dispute(self, dispute: str, won: bool) -> Json:  # noqa: FBT001 - by keyword
        """Let the bank decide the dispute."""
        with self._store_of(dispute) as store:
            return disputes.close(store, store.get("dispute", dispute), won=won)
