"""The payment of an order."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import (
    ImpossiblePaymentMove,
    NothingToRefund,
    PaymentMismatch,
    RefundExceedsPayment,
)
from novacart.domain.payments.events import (
    DisputeClosed,
    DisputeOpened,
    LateMoneyReceived,
    PaymentAttemptFailed,
    PaymentCancelled,
    PaymentSucceeded,
    RefundFailed,
    RefundRequested,
    RefundSucceeded,
)
from novacart.domain.payments.lifecycle import (
    ATTEMPT_ORDER,
    PAYMENT_LIFECYCLE,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)
from novacart.domain.payments.refund import Refund, RefundOrigin, RefundPart
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId
from novacart.domain.shared.money import Money

_ENDS = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED})


class Payment(AggregateRoot):
    """One attempt to collect an order's total, and all that was given back of it.

    The idempotency keys of every request to the provider are part of it, so that they are
    committed before the request is made. `reference` is the provider's own id. Reports of
    the provider may come late, twice and in any order: the same reports lead to the same
    end, whatever their order. From `check_at` on, the provider should be asked how it stands.
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
        "failure",
        "id",
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
        refunds: Iterable[Refund] = (),
        disputes: Iterable[Dispute] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        if amount.amount <= 0:
            raise InvalidValue("amount", "A payment is more than nothing.")
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
        self._refunds = {refund.id: refund for refund in refunds}
        self._disputes = {dispute.reference: dispute for dispute in disputes}

    @property
    def refunds(self) -> tuple[Refund, ...]:
        return tuple(self._refunds.values())

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        return tuple(self._disputes.values())

    @property
    def is_open(self) -> bool:
        """Whether it can still succeed."""
        return self.status not in _ENDS

    @property
    def refunded(self) -> Money:
        """What the provider has given back, or is giving back."""
        return self._sum(
            refund.amount
            for refund in self.refunds
            if refund.status in {RefundStatus.PENDING, RefundStatus.SUCCEEDED}
        )

    @property
    def left(self) -> Money:
        """What can still be refunded: neither given back, nor promised, nor held by a bank."""
        promised = self._sum(refund.amount for refund in self.refunds if refund.counts)
        withheld = self._sum(dispute.withheld for dispute in self.disputes)
        return max(self.captured - promised - withheld, self._sum(()))

    @property
    def is_fully_refunded(self) -> bool:
        """Whether all that was captured has arrived back at the customer."""
        back = self._sum(
            refund.amount for refund in self.refunds if refund.status is RefundStatus.SUCCEEDED
        )
        return bool(self.captured) and back >= self.captured

    def refund(self, refund_id: RefundId) -> Refund:
        """Raises `KeyError` for one of another payment."""
        return self._refunds[refund_id]

    def refund_called(self, reference: str) -> Refund | None:
        return next((known for known in self.refunds if known.reference == reference), None)

    # -- the provider's side of it -----------------------------------------------------------

    def opened(self, *, reference: str, client_secret: str | None) -> None:
        """Learn the provider's id. Raises `PaymentMismatch` where another one is known."""
        if self.reference not in {None, reference}:
            raise PaymentMismatch("payment", recorded=self.reference, reported=reference)
        self.reference = reference
        self.client_secret = client_secret or self.client_secret

    def use_new_key(self, key: str) -> None:
        """After an answer that the provider would only repeat under the old key."""
        if self.reference is not None:
            raise ImpossiblePaymentMove("payment", "opened", "opened again")
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
        if self.status in _ENDS:
            if status in _ENDS and status is not self.status:
                raise PaymentMismatch("outcome", recorded=self.status, reported=status)
            return False
        if status in _ENDS:
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

    # -- money going back --------------------------------------------------------------------

    def request_refund(
        self,
        *,
        id: RefundId,
        key: str,
        amount: Money,
        origin: RefundOrigin,
        at: datetime,
        reason: str = "",
        parts: Sequence[RefundPart] = (),
    ) -> Refund:
        """Promise a refund. Raises `NothingToRefund` and `RefundExceedsPayment`."""
        if not self.left:
            raise NothingToRefund
        if amount > self.left:
            raise RefundExceedsPayment(asked=amount, left=self.left)
        refund = Refund(
            id=id,
            key=key,
            amount=amount,
            origin=origin,
            reason=reason,
            parts=parts,
            requested_at=at,
        )
        self._refunds[refund.id] = refund
        self._record(RefundRequested(**self._refund_facts(refund, at)))
        return refund

    def return_late_money(self, *, id: RefundId, key: str, at: datetime) -> Refund:
        """Promise all of it back: the order was closed before the money came."""
        refund = self.request_refund(
            id=id, key=key, amount=self.left, origin=RefundOrigin.LATE_MONEY, at=at
        )
        self._record(LateMoneyReceived(**self._facts(at, refund.amount), refund_id=int(refund.id)))
        return refund

    def adopt_refund(
        self,
        *,
        id: RefundId,
        reference: str,
        amount: Money,
        requested_at: datetime,
        parts: Sequence[RefundPart] = (),
        counts: bool = True,
    ) -> Refund:
        """Put on record a refund that was begun at the provider, not here.

        Raises `RefundExceedsPayment` where it can't be a refund of this payment; one that
        does not count, having failed already, always can.
        """
        back = self.captured - self.refunded
        if counts and amount > back:
            raise RefundExceedsPayment(asked=amount, left=back)
        refund = Refund(
            id=id,
            key=f"provider:{reference}",
            amount=amount,
            origin=RefundOrigin.PROVIDER,
            requested_at=requested_at,
            parts=parts,
            reference=reference,
        )
        self._refunds[refund.id] = refund
        return refund

    def report_refund(
        self,
        refund_id: RefundId,
        status: RefundStatus,
        *,
        reference: str | None,
        amount: Money,
        at: datetime,
        failure: str | None = None,
    ) -> bool:
        """Believe a report of the provider; True where the refund's status changed by it.

        A report of an earlier stage than the one on record is old news, and passed over.
        Raises `PaymentMismatch` for another amount or another refund.
        """
        refund = self.refund(refund_id)
        if amount != refund.amount:
            raise PaymentMismatch("refund amount", recorded=refund.amount, reported=amount)
        if reference is not None:
            refund.is_called(reference)
        if not refund.may_still_become(status):
            return False
        refund.move(status, at=at, failure=failure)
        if status is RefundStatus.SUCCEEDED:
            self._record(RefundSucceeded(**self._refund_facts(refund, at)))
        elif not refund.counts:
            self._record(RefundFailed(**self._refund_facts(refund, at), failure=failure))
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

    # -- inside ------------------------------------------------------------------------------

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

    def _move(self, status: PaymentStatus) -> None:
        if status not in PAYMENT_LIFECYCLE[self.status]:
            raise ImpossiblePaymentMove("payment", self.status, status)
        self.status = status

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return sum(amounts, start=Money.zero(self.amount.currency))

    def _facts(self, at: datetime, amount: Money | None = None) -> dict[str, Any]:
        return {
            "payment_id": int(self.id),
            "order_id": int(self.order_id),
            "order_number": self.order_number,
            "user_id": int(self.user_id),
            "amount_minor": (amount or self.amount).amount,
            "currency": self.amount.currency,
            "occurred_at": at,
        }

    def _refund_facts(self, refund: Refund, at: datetime) -> dict[str, Any]:
        facts = self._facts(at, refund.amount)
        return facts | {"refund_id": int(refund.id), "origin": str(refund.origin)}

    def _dispute_facts(self, dispute: Dispute, at: datetime) -> dict[str, Any]:
        facts = self._facts(at, dispute.amount)
        return facts | {"dispute": dispute.reference, "status": str(dispute.status)}
