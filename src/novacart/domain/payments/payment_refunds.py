"""Money of a payment that goes back to the customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from novacart.domain.payments.errors import (
    NothingToRefund,
    PaymentMismatch,
    RefundExceedsPayment,
)
from novacart.domain.payments.events import (
    LatePaymentReceived,
    RefundFailed,
    RefundRequested,
    RefundSucceeded,
)
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment_state import PaymentState
from novacart.domain.payments.refund import Refund, RefundOrigin, RefundPart
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money


class RefundablePayment(PaymentState):
    """Never more goes back than was captured; what failed goes back again."""

    __slots__ = ()

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
            id=id, key=key, amount=self.left, origin=RefundOrigin.LATE_PAYMENT, at=at
        )
        self._record(
            LatePaymentReceived(**self._facts(at, refund.amount), refund_id=int(refund.id))
        )
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

    def _refund_facts(self, refund: Refund, at: datetime) -> dict[str, Any]:
        facts = self._facts(at, refund.amount)
        return facts | {"refund_id": int(refund.id), "origin": str(refund.origin)}
