"""The payment of an order, with its refunds and disputes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Self

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import (
    DuplicateCancelled,
    InvalidPaymentTransition,
    NothingToRefund,
    OrderDisputed,
    PaymentDisputed,
    PaymentMismatch,
    RefundExceedsPayment,
    RefundNotFound,
)
from novacart.domain.payments.events import (
    DisputeClosed,
    DisputeOpened,
    LatePaymentReceived,
    PaymentAttemptFailed,
    PaymentCancelled,
    PaymentSucceeded,
    RefundFailed,
    RefundRequested,
    RefundRetried,
    RefundSettledByHand,
    RefundSucceeded,
    RefundSuperseded,
)
from novacart.domain.payments.lifecycle import (
    ATTEMPT_STAGES,
    DISPUTES_AT_RISK,
    FINAL,
    PAYMENT_LIFECYCLE,
    PaymentStatus,
    RefundStatus,
)
from novacart.domain.payments.refund import Refund, RefundOrigin, RefundResolution
from novacart.domain.payments.reports import DisputeReport, PaymentReport, RefundReport
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem

# How long to wait before the provider is asked about a payment again: after a request whose
# outcome is not recorded, while the customer has not paid, while a bank refunds, while a bank
# can still return a refund or decide a dispute, and while the provider does not have the payment,
# as with the key of another account.
UNCONFIRMED_REQUEST: Final = timedelta(seconds=25)
AWAITING_CUSTOMER: Final = timedelta(minutes=2)
AWAITING_BANK: Final = timedelta(minutes=10)
REVERSIBLE: Final = timedelta(days=7)
MISSING_AT_PROVIDER: Final = timedelta(hours=1)
# Stripe docs, "Refund and cancel payments": a bank returns a refund within 30 days.
RETURN_PERIOD: Final = timedelta(days=30)


class Payment(AggregateRoot):
    """The collection of an order's total, and every refund and dispute of it.

    `reference` is the provider's id. `open_key` and `cancel_key` are idempotency keys of
    requests to the provider, stored before the request is sent. Reports of the provider may
    arrive late, twice and in any order: the same reports lead to the same state. `check_at` is
    when to ask the provider about the payment again; None once no change is expected.
    `declines` counts the declined attempts, `last_attempt` is the last one counted.
    """

    __slots__ = (
        "_disputes",
        "_refunds",
        "amount",
        "cancel_key",
        "captured",
        "check_at",
        "client_secret",
        "created_at",
        "declines",
        "failure",
        "id",
        "last_attempt",
        "open_key",
        "order_id",
        "order_number",
        "reference",
        "reported_at",
        "settled_at",
        "status",
        "user_id",
    )

    def __init__(
        self,
        *,
        id: PaymentId,
        order_id: OrderId,
        order_number: str,
        user_id: UserId,
        amount: Money,
        open_key: str,
        created_at: datetime,
        status: PaymentStatus = PaymentStatus.CREATED,
        captured: Money | None = None,
        reference: str | None = None,
        client_secret: str | None = None,
        cancel_key: str | None = None,
        failure: str | None = None,
        reported_at: datetime | None = None,
        settled_at: datetime | None = None,
        check_at: datetime | None = None,
        declines: int = 0,
        last_attempt: str | None = None,
        refunds: Iterable[Refund] = (),
        disputes: Iterable[Dispute] = (),
        version: int = 0,
    ) -> None:
        """Restore a stored payment; `Payment.create` makes a new one.

        Raises `InvalidValue` unless the amount is positive.
        """
        super().__init__(version=version)
        if amount.amount <= 0:
            raise InvalidValue("amount", "A payment must be more than zero.")
        self.id = id
        self.order_id = order_id
        self.order_number = order_number
        self.user_id = user_id
        self.amount = amount
        self.open_key = open_key
        self.created_at = created_at
        self.status = status
        self.captured = captured or Money.zero(amount.currency)
        self.reference = reference
        self.client_secret = client_secret
        self.cancel_key = cancel_key
        self.failure = failure
        self.reported_at = reported_at
        self.settled_at = settled_at
        self.check_at = check_at
        self.declines = declines
        self.last_attempt = last_attempt
        self._refunds = {refund.id: refund for refund in refunds}
        self._disputes = {dispute.reference: dispute for dispute in disputes}

    @classmethod
    def create(
        cls,
        *,
        id: PaymentId,
        order_id: OrderId,
        order_number: str,
        user_id: UserId,
        amount: Money,
        open_key: str,
        at: datetime,
        reference: str | None = None,
    ) -> Self:
        """A new payment, to be opened at the provider unless it has a `reference` already."""
        payment = cls(
            id=id,
            order_id=order_id,
            order_number=order_number,
            user_id=user_id,
            amount=amount,
            open_key=open_key,
            created_at=at,
            reference=reference,
        )
        payment._schedule_check(at)
        return payment

    # -- state -------------------------------------------------------------------------------

    def transfer(self, user_id: UserId) -> None:
        """Make another user its customer, as of its order."""
        self.user_id = user_id

    @property
    def refunds(self) -> tuple[Refund, ...]:
        return tuple(self._refunds.values())

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        return tuple(self._disputes.values())

    @property
    def is_open(self) -> bool:
        """Whether it can still succeed."""
        return self.status not in FINAL

    def is_declined_too_often(self, limit: int | None) -> bool:
        """Whether as many attempts as the limit were declined. None is no limit."""
        return limit is not None and self.declines >= limit

    @property
    def refunded(self) -> Money:
        """Refunds that the provider has made or is making."""
        return self._sum(
            refund.amount
            for refund in self.refunds
            if refund.status in {RefundStatus.PENDING, RefundStatus.SUCCEEDED}
        )

    @property
    def refundable(self) -> Money:
        """The captured amount less what was or will be returned and what a bank withholds."""
        refunds = self._sum(refund.amount for refund in self.refunds if _takes_from_payment(refund))
        return max(self.captured - refunds - self.withheld, self._sum(()))

    @property
    def withheld(self) -> Money:
        """What banks hold for disputes."""
        return self._sum(dispute.withheld for dispute in self.disputes)

    @property
    def returned(self) -> Money:
        """What the customer received back: refunds that succeeded or were settled by hand."""
        return self._sum(
            refund.amount
            for refund in self.refunds
            if refund.status is RefundStatus.SUCCEEDED
            or refund.resolution is RefundResolution.SETTLED_BY_HAND
        )

    @property
    def refunded_by_staff(self) -> Money:
        """Refunds that staff have requested, without unsuccessful ones."""
        return self._sum(
            refund.amount
            for refund in self.refunds
            if refund.origin is RefundOrigin.STAFF and refund.is_effective
        )

    def refund(self, refund_id: RefundId) -> Refund:
        """Raises `RefundNotFound` for a refund of another payment."""
        try:
            return self._refunds[refund_id]
        except KeyError:
            raise RefundNotFound from None

    def refund_by_reference(self, reference: str) -> Refund | None:
        return next((refund for refund in self.refunds if refund.reference == reference), None)

    # -- opening and cancelling --------------------------------------------------------------

    def replace_open_key(self, key: str) -> None:
        """Use a new idempotency key where the provider would repeat its failure under the old.

        Raises `InvalidPaymentTransition` once the provider has the payment.
        """
        if self.reference is not None:
            raise InvalidPaymentTransition("payment", "opened", "opened again")
        self.open_key = key

    def request_cancellation(self, *, key: str, at: datetime) -> bool:
        """Record that the provider is to cancel it.

        Return False if it is closed, or if this is recorded already. It becomes `CANCELLED`
        when the provider reports so; until then it may still succeed.
        """
        if not self.is_open or self.cancel_key is not None:
            return False
        self.cancel_key = key
        self._schedule_check(at)
        return True

    def replace_cancel_key(self, key: str) -> None:
        """Use a new idempotency key to cancel it where the provider would repeat its failure.

        Raises `InvalidPaymentTransition` unless its cancellation is requested and not done yet.
        """
        if not self.is_open or self.cancel_key is None:
            raise InvalidPaymentTransition("payment", self.status, "cancelled again")
        self.cancel_key = key

    def cancel_unopened(self, *, at: datetime) -> bool:
        """Cancel a payment that the provider refused to open. Return False if it is open there."""
        if self.reference is not None or not self.is_open:
            return False
        self._finish(PaymentStatus.CANCELLED, captured=self.captured, at=at)
        self._schedule_check(at)
        return True

    def postpone_check(self, *, at: datetime, is_missing: bool = False) -> None:
        """Ask the provider later, since it could not be asked now, or has no such payment."""
        self._schedule_check(at)
        if is_missing and self.check_at is not None:
            self.check_at = max(self.check_at, at + MISSING_AT_PROVIDER)

    # -- reports of the provider -------------------------------------------------------------

    def apply_report(self, reference: str, report: PaymentReport, *, at: datetime) -> bool:
        """Return True if the status changed.

        A final status wins over any other; before that the newest report wins. Raises
        `PaymentMismatch`, with nothing changed, for another order, reference or amount than
        the recorded one, and for a final status that contradicts the recorded one. Raises
        `DuplicateCancelled` for another reference whose payment was cancelled.
        """
        self._ensure_matches(reference, report)
        self.reference = reference
        self.client_secret = report.client_secret or self.client_secret
        changed = self._apply_status(report)
        self._schedule_check(at)
        return changed

    def apply_refund_report(
        self, refund_id: RefundId, report: RefundReport, *, at: datetime
    ) -> bool:
        """Return True if the refund's status changed.

        A report of an earlier stage than the recorded one is ignored. Raises `PaymentMismatch`
        for another amount or another reference than the recorded one.
        """
        refund = self.refund(refund_id)
        if report.amount != refund.amount:
            raise PaymentMismatch("refund amount", recorded=refund.amount, reported=report.amount)
        refund.assign_reference(report.reference)
        return self._change_refund_status(refund, report.status, failure=report.failure, at=at)

    def apply_dispute_report(self, report: DisputeReport, *, at: datetime) -> bool:
        """Return True if anything of the dispute changed."""
        dispute = self._disputes.get(report.reference)
        changed = dispute is None
        if dispute is None:
            dispute = Dispute(reference=report.reference, amount=report.amount, opened_at=at)
            self._disputes[dispute.reference] = dispute
            self._record(DisputeOpened(**self._dispute_event_fields(dispute, at)))
        changed |= dispute.record_funds(
            withdrawn=report.withdrawn, reinstated=report.reinstated, at=at
        )
        changed |= dispute.extend_deadline(report.due_by)
        if dispute.can_become(report.status):
            dispute.change_status(report.status, at=at)
            changed = True
            if not dispute.is_open:
                self._record(DisputeClosed(**self._dispute_event_fields(dispute, at)))
        self._schedule_check(at)
        return changed

    # -- refunds -----------------------------------------------------------------------------

    def request_refund(
        self,
        *,
        id: RefundId,
        key: str,
        amount: Money,
        origin: RefundOrigin,
        at: datetime,
        reason: str = "",
        items: Sequence[RefundItem] = (),
        requested_by: UserId | None = None,
    ) -> Refund:
        """Raises `NothingToRefund`, `RefundExceedsPayment` and `PaymentDisputed`."""
        self.ensure_refundable()
        if amount > self.refundable:
            self._ensure_nothing_withheld()
            raise RefundExceedsPayment(requested=amount, refundable=self.refundable)
        refund = Refund(
            id=id,
            key=key,
            amount=amount,
            origin=origin,
            reason=reason,
            items=items,
            requested_at=at,
            requested_by=requested_by,
        )
        self._refunds[refund.id] = refund
        self._schedule_check(at)
        self._record(RefundRequested(**self._refund_event_fields(refund, at)))
        return refund

    def ensure_refundable(self) -> None:
        """Raises `NothingToRefund`, or `PaymentDisputed` if a bank withholds the rest."""
        if not self.refundable:
            self._ensure_nothing_withheld()
            raise NothingToRefund

    def refund_late_payment(self, *, id: RefundId, key: str, at: datetime) -> Refund:
        """Refund everything, since the order was cancelled before the payment succeeded."""
        refund = self.request_refund(
            id=id, key=key, amount=self.refundable, origin=RefundOrigin.LATE_PAYMENT, at=at
        )
        self._record(
            LatePaymentReceived(**self._event_fields(at, refund.amount), refund_id=int(refund.id))
        )
        return refund

    def adopt_refund(
        self, report: RefundReport, *, id: RefundId, items: Sequence[RefundItem] = ()
    ) -> Refund:
        """Record a refund that was made at the provider, not here.

        Raises `RefundExceedsPayment` if more would be refunded than was captured.
        """
        refundable = self.captured - self.refunded
        refund = Refund(
            id=id,
            key=f"provider:{report.reference}",
            amount=report.amount,
            origin=RefundOrigin.PROVIDER,
            requested_at=report.reported_at,
            items=items,
            reference=report.reference,
        )
        if report.is_effective and report.amount > refundable:
            raise RefundExceedsPayment(requested=report.amount, refundable=refundable)
        self._refunds[refund.id] = refund
        return refund

    def fail_refund(self, refund_id: RefundId, failure: str, *, at: datetime) -> bool:
        """Record that the provider will not make the refund. Return False if it has it already."""
        refund = self.refund(refund_id)
        if refund.status is not RefundStatus.REQUESTED:
            return False
        return self._change_refund_status(refund, RefundStatus.FAILED, failure=failure, at=at)

    def retry_refund(self, failed: Refund, retry: Refund, *, at: datetime) -> None:
        """Record that `retry` replaces a failed refund. Raises `RefundResolved`."""
        failed.resolve(RefundResolution.RETRIED, at=at)
        self._record(
            RefundRetried(**self._refund_event_fields(failed, at), new_refund_id=int(retry.id))
        )

    def settle_refund_by_hand(self, refund_id: RefundId, *, note: str, at: datetime) -> None:
        """Record that a failed refund was paid outside of the provider.

        Its amount can't be refunded again. Raises `InvalidValue` without a note,
        `RefundResolved`, and `RefundExceedsPayment` if its amount was refunded since.
        """
        if not note.strip():
            raise InvalidValue("reason", "Enter how the money was returned.")
        refund = self.refund(refund_id)
        if refund.needs_attention and refund.amount > self.refundable:
            self._ensure_nothing_withheld()
            raise RefundExceedsPayment(requested=refund.amount, refundable=self.refundable)
        refund.resolve(RefundResolution.SETTLED_BY_HAND, at=at, note=note.strip())
        self._record(
            RefundSettledByHand(
                **self._refund_event_fields(refund, at), note=refund.resolution_note
            )
        )

    def supersede_refund(self, refund_id: RefundId, *, note: str, at: datetime) -> None:
        """Record that the amount of a failed refund was refunded by other refunds.

        No money is transferred, and what can be refunded does not change. Raises `RefundResolved`,
        and `InvalidValue` without a note unless recorded refunds cover the amount.
        """
        refund = self.refund(refund_id)
        if refund.needs_attention and not note.strip() and not self._is_refunded_since(refund):
            raise InvalidValue(
                "reason",
                "The refunds that were made since do not cover the amount. Enter how it was"
                " refunded.",
            )
        refund.resolve(RefundResolution.SUPERSEDED, at=at, note=note.strip())
        self._record(
            RefundSuperseded(**self._refund_event_fields(refund, at), note=refund.resolution_note)
        )

    def ensure_undisputed(self) -> None:
        """Raises `OrderDisputed` while a dispute is open, and after one is lost."""
        at_risk = [one for one in self.disputes if one.status in DISPUTES_AT_RISK]
        if at_risk:
            raise OrderDisputed(
                amount=self._sum(dispute.amount for dispute in at_risk),
                is_lost=not any(dispute.is_open for dispute in at_risk),
            )

    def _is_refunded_since(self, failed: Refund) -> bool:
        """Whether nothing is left of the payment, or later refunds cover the failed one.

        A later refund covers another failed refund that was retried or superseded, too. Money that
        was returned by hand covers the failed refund that it settled.
        """
        others = [refund for refund in self.refunds if refund is not failed]
        left = self.captured - self._sum(
            refund.amount for refund in others if _takes_from_payment(refund)
        )
        later = self._sum(
            refund.amount
            for refund in others
            if refund.is_effective and refund.requested_at > failed.requested_at
        )
        replaced = self._sum(
            refund.amount
            for refund in others
            if refund.resolution in {RefundResolution.RETRIED, RefundResolution.SUPERSEDED}
        )
        return not left or later >= failed.amount + replaced

    def _ensure_nothing_withheld(self) -> None:
        if self.withheld:
            raise PaymentDisputed(withheld=self.withheld, refundable=self.refundable)

    # -- internals ---------------------------------------------------------------------------

    def _ensure_matches(self, reference: str, report: PaymentReport) -> None:
        if report.order_number not in {None, self.order_number}:
            raise PaymentMismatch("order", recorded=self.order_number, reported=report.order_number)
        if self.reference not in {None, reference}:
            if report.status is PaymentStatus.CANCELLED:
                raise DuplicateCancelled
            raise PaymentMismatch("payment", recorded=self.reference, reported=reference)
        if report.amount != self.amount:
            raise PaymentMismatch("amount", recorded=self.amount, reported=report.amount)
        if report.status is PaymentStatus.SUCCEEDED and report.captured != self.amount:
            raise PaymentMismatch("captured amount", recorded=self.amount, reported=report.captured)
        if not self.is_open and report.status in FINAL - {self.status}:
            raise PaymentMismatch("outcome", recorded=self.status, reported=report.status)

    def _apply_status(self, report: PaymentReport) -> bool:
        status, at = report.status, report.reported_at
        if not self.is_open:
            return False
        if status in FINAL:
            self._finish(status, captured=report.captured, at=at)
            return True
        self._count_decline(report)
        position = (at, ATTEMPT_STAGES.index(status))
        if self.reported_at and position <= (self.reported_at, ATTEMPT_STAGES.index(self.status)):
            return False
        if status is PaymentStatus.CREATED:
            return False
        self.reported_at = at
        if status is self.status:
            return False
        self._change_status(status)
        self.failure = report.failure
        if status is PaymentStatus.FAILED:
            self._record(PaymentAttemptFailed(**self._event_fields(at)))
        return True

    def _count_decline(self, report: PaymentReport) -> None:
        """Count an attempt once; without its id, count only the change of the status."""
        if report.status is not PaymentStatus.FAILED:
            return
        if self.reported_at is not None and report.reported_at < self.reported_at:
            return
        if report.attempt is None:
            is_new = self.status is not PaymentStatus.FAILED
        else:
            is_new = report.attempt != self.last_attempt
        if is_new:
            self.declines += 1
            self.last_attempt = report.attempt

    def _finish(self, status: PaymentStatus, *, captured: Money, at: datetime) -> None:
        self._change_status(status)
        self.reported_at = self.settled_at = at
        self.failure = None
        if status is PaymentStatus.SUCCEEDED:
            self.captured = captured
            self._record(PaymentSucceeded(**self._event_fields(at)))
        else:
            self._record(PaymentCancelled(**self._event_fields(at)))

    def _change_status(self, status: PaymentStatus) -> None:
        if status not in PAYMENT_LIFECYCLE[self.status]:
            raise InvalidPaymentTransition("payment", self.status, status)
        self.status = status

    def _change_refund_status(
        self, refund: Refund, status: RefundStatus, *, failure: str | None, at: datetime
    ) -> bool:
        changed = refund.can_become(status)
        if changed:
            refund.change_status(status, at=at, failure=failure)
            if status is RefundStatus.SUCCEEDED:
                self._record(RefundSucceeded(**self._refund_event_fields(refund, at)))
            elif not refund.is_effective:
                self._record(RefundFailed(**self._refund_event_fields(refund, at), failure=failure))
        self._schedule_check(at)
        return changed

    def _schedule_check(self, at: datetime) -> None:
        statuses = {refund.status for refund in self.refunds}
        unconfirmed = self.is_open and (self.reference is None or self.cancel_key is not None)
        if unconfirmed or RefundStatus.REQUESTED in statuses:
            self.check_at = at + UNCONFIRMED_REQUEST
        elif self.is_open:
            self.check_at = at + AWAITING_CUSTOMER
        elif RefundStatus.PENDING in statuses:
            self.check_at = at + AWAITING_BANK
        else:
            self.check_at = at + REVERSIBLE if self._is_reversible(at) else None

    def _is_reversible(self, at: datetime) -> bool:
        """Whether a bank can still return a refund or decide a dispute."""
        return any(dispute.is_open for dispute in self.disputes) or any(
            refund.status is RefundStatus.SUCCEEDED
            and refund.settled_at is not None
            and at < refund.settled_at + RETURN_PERIOD
            for refund in self.refunds
        )

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return sum(amounts, start=Money.zero(self.amount.currency))

    def _event_fields(self, at: datetime, amount: Money | None = None) -> dict[str, Any]:
        """The fields that every event of this payment has; `amount` is by default its own."""
        return {
            "payment_id": int(self.id),
            "order_id": int(self.order_id),
            "order_number": self.order_number,
            "user_id": int(self.user_id),
            "amount_minor": (amount or self.amount).amount,
            "currency": self.amount.currency,
            "occurred_at": at,
        }

    def _refund_event_fields(self, refund: Refund, at: datetime) -> dict[str, Any]:
        fields = self._event_fields(at, refund.amount)
        return fields | {"refund_id": int(refund.id), "origin": str(refund.origin)}

    def _dispute_event_fields(self, dispute: Dispute, at: datetime) -> dict[str, Any]:
        fields = self._event_fields(at, dispute.amount)
        return fields | {"dispute": dispute.reference, "status": str(dispute.status)}


def _takes_from_payment(refund: Refund) -> bool:
    """Whether its amount can't be refunded again."""
    return refund.is_effective or refund.resolution is RefundResolution.SETTLED_BY_HAND
