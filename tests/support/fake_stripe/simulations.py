"""What happens at a provider without the shop's doing: customers, their banks, the Dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.fake_stripe import disputes, intent_lifecycle, refund_lifecycle
from tests.support.fake_stripe.errors import invalid, missing, unexpected_state
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.payment_methods import Attempt, Course
from tests.support.fake_stripe.store import Books, open_books
from tests.support.fake_stripe.webhook_dispatcher import Courier
from tests.support.fake_stripe.wire import Json


class OutsideWorld:
    """Acts on an object by its id, whichever account it belongs to; refuses as Stripe would."""

    def __init__(self, ledger: Ledger, courier: Courier) -> None:
        self._ledger = ledger
        self._courier = courier

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
            return refund_lifecycle.begin(
                books,
                books.get("charge", document["latest_charge"]),
                amount=amount,
                reason=reason,
                metadata={},
                status=self._ledger.setting("refunds_behave", "succeeded"),
            )

    def refunds_behave(self, status: str) -> None:
        """Choose the status that new refunds begin with."""
        if status not in {"succeeded", "pending", "requires_action"}:
            raise invalid(f"A refund cannot begin with a status of {status}.")
        self._ledger.keep_setting("refunds_behave", status)

    def settle_refund(self, refund: str) -> Json:
        """Let a refund reach the customer."""
        with self._books_of(refund) as books:
            return refund_lifecycle.settle(books, books.get("refund", refund))

    def fail_refund(self, refund: str, reason: str) -> Json:
        """Let the customer's bank send a refund back."""
        with self._books_of(refund) as books:
            return refund_lifecycle.fail(books, books.get("refund", refund), reason)

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
