"""The payment of an order."""

from datetime import datetime
from typing import Any

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import InvalidPaymentTransition, PaymentMismatch
from novacart.domain.payments.events import (
    DisputeClosed,
    DisputeOpened,
    PaymentAttemptFailed,
    PaymentCancelled,
    PaymentSucceeded,
)
from novacart.domain.payments.lifecycle import ATTEMPT_ORDER, DisputeStatus, PaymentStatus
from novacart.domain.payments.payment_refunds import RefundablePayment
from novacart.domain.payments.payment_state import ENDS
from novacart.domain.shared.money import Money


class Payment(RefundablePayment):
    """One attempt to collect an order's total, and all that was given back of it.

    The idempotency keys of every request to the provider are part of it, so that they are
    committed before the request is made. `reference` is the provider's own id. Reports of
    the provider may come late, twice and in any order: the same reports lead to the same
    end, whatever their order. From `check_at` on, the provider should be asked how it stands.
    """

    __slots__ = ()

    def opened(self, *, reference: str, client_secret: str | None) -> None:
        """Learn the provider's id. Raises `PaymentMismatch` where another one is known."""
        if self.reference not in {None, reference}:
            raise PaymentMismatch("payment", recorded=self.reference, reported=reference)
        self.reference = reference
        self.client_secret = client_secret or self.client_secret

    def use_new_key(self, key: str) -> None:
        """After an answer that the provider would only repeat under the old key."""
        if self.reference is not None:
            raise InvalidPaymentTransition("payment", "opened", "opened again")
        self.open_key = key

    def report(
        self,
        status: PaymentStatus,
        *,
        amount: Money,
        captured: Money,
        reported_at: datetime,
        failure: str | None = None,
    ) -> bool:
        """Believe a report of the provider; True where the status changed by it.

        An end beats everything; before the end the newest report wins. Raises
        `PaymentMismatch`, with nothing changed, for another amount than the one on record
        and for an end that contradicts the known one.
        """
        if amount != self.amount:
            raise PaymentMismatch("amount", recorded=self.amount, reported=amount)
        if status is PaymentStatus.SUCCEEDED and captured != self.amount:
            raise PaymentMismatch("captured amount", recorded=self.amount, reported=captured)
        if self.status in ENDS:
            if status in ENDS and status is not self.status:
                raise PaymentMismatch("outcome", recorded=self.status, reported=status)
            return False
        if status in ENDS:
            self._end(status, captured=captured, at=reported_at)
            return True
        news = (reported_at, ATTEMPT_ORDER.index(status))
        if self.reported_at and news <= (self.reported_at, ATTEMPT_ORDER.index(self.status)):
            return False
        if status is PaymentStatus.CREATED:
            return False
        self.reported_at = reported_at
        return self._attempt(status, failure=failure, at=reported_at)

    def cancel_at_provider(self, *, key: str) -> bool:
        """Wish it cancelled, since nobody waits for the money; False where that was wished.

        It is `CANCELLED` only when the provider says so: until then it may still succeed.
        """
        if not self.is_open or self.cancel_key is not None:
            return False
        self.cancel_key = key
        return True

    def report_dispute(
        self,
        reference: str,
        status: DisputeStatus,
        *,
        amount: Money,
        withdrawn: bool,
        reinstated: bool,
        at: datetime,
    ) -> bool:
        """Believe a report of a dispute, whatever was reported of it before."""
        dispute = self._disputes.get(reference)
        news = dispute is None
        if dispute is None:
            dispute = Dispute(reference=reference, amount=amount, opened_at=at)
            self._disputes[reference] = dispute
            self._record(DisputeOpened(**self._dispute_facts(dispute, at)))
        news = dispute.learn(withdrawn=withdrawn, reinstated=reinstated) or news
        if dispute.may_still_become(status):
            dispute.move(status, at=at)
            news = True
            if not dispute.is_open:
                self._record(DisputeClosed(**self._dispute_facts(dispute, at)))
        return news

    def _attempt(self, status: PaymentStatus, *, failure: str | None, at: datetime) -> bool:
        if status is self.status:
            return False
        self._move(status)
        self.failure = failure
        if status is PaymentStatus.FAILED:
            self._record(PaymentAttemptFailed(**self._facts(at)))
        return True

    def _end(self, status: PaymentStatus, *, captured: Money, at: datetime) -> None:
        self._move(status)
        self.reported_at = self.settled_at = at
        self.failure = None
        if status is PaymentStatus.SUCCEEDED:
            self.captured = captured
            self._record(PaymentSucceeded(**self._facts(at)))
        else:
            self._record(PaymentCancelled(**self._facts(at)))

    def _dispute_facts(self, dispute: Dispute, at: datetime) -> dict[str, Any]:
        facts = self._facts(at, dispute.amount)
        return facts | {"dispute": dispute.reference, "status": str(dispute.status)}
