"""Applying the provider's reports to a payment and its order."""

from collections.abc import Callable, Sequence
from datetime import datetime

from novacart.domain.catalog.stock import MovementKind, StockClaim
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.payments.errors import IncompleteReport
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin, RefundResolution
from novacart.domain.payments.reports import ProviderReport, RefundReport
from novacart.domain.services.refund_planning import plan_retry
from novacart.domain.services.stock_claims import refund_claims, stock_claims
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem

REFUNDED = "It was refunded."
DECLINED = "Too many payments were declined."
RETURNED = "The bank returned the refund."
SETTLED_BY_HAND = "The refund was settled by hand."
LATE_REFUND = "The payment arrived after the cancellation and was refunded."
SUPERSEDED = "The money was already refunded at the payment provider."
MADE_AT_PROVIDER = "It was refunded at the payment provider."

NewRefund = Callable[[], tuple[RefundId, str]]


class Settlement:
    """Applies reports to one payment and its order. Idempotent.

    `new_refund` makes the id and the idempotency key of a refund. Afterwards `order_paid` and
    `order_changed` say what to save, and `released` is the stock that is no longer reserved.
    """

    def __init__(
        self,
        *,
        order: Order,
        payment: Payment,
        new_refund: NewRefund,
        at: datetime,
        actor: str,
        max_declines: int | None = None,
    ) -> None:
        self.order = order
        self.payment = payment
        self.order_paid = False
        self.order_changed = False
        self.released: list[StockClaim] = []
        self._new_refund = new_refund
        self._at = at
        self._actor = actor
        self._max_declines = max_declines

    def apply_report(self, report: ProviderReport) -> None:
        """A payment that succeeds pays its order; it is refunded if the order was cancelled.

        Raises `PaymentMismatch`, `RefundExceedsPayment` and `RefundExceedsOrder` for a report that
        contradicts the record, and `IncompleteReport` where the complete report is needed: for a
        refund or a dispute of a payment that is not known to have succeeded, and for a refund that
        was made at the provider.
        """
        if report.payment is not None:
            changed = self.payment.apply_report(report.reference, report.payment, at=self._at)
            if changed and self.payment.status is PaymentStatus.SUCCEEDED:
                self._receive_payment()
            self._cancel_declined_order()
        if (report.refunds or report.disputes) and not self.payment.captured:
            raise IncompleteReport
        # Unsuccessful refunds first: they make room for refunds that were made after them.
        for refund_report in sorted(report.refunds, key=lambda one: one.is_effective):
            self._apply_refund_report(refund_report, report)
        withheld = self.payment.withheld
        for dispute_report in report.disputes:
            self.payment.apply_dispute_report(dispute_report, at=self._at)
        if self.payment.withheld < withheld:
            self._retry_refund_of_late_payment()
        self._refund_rest_of_late_payment()
        self._record_late_refunds()

    def fail_refund(self, refund_id: RefundId, failure: str) -> None:
        """Record that the provider will not make the refund."""
        self._fail(self.payment.refund(refund_id), failure)
        self._refund_rest_of_late_payment()

    def settle_by_hand(self, refund_id: RefundId, *, note: str) -> None:
        """Record that staff returned the money of a failed refund outside of the provider.

        Its lines count as refunded. Raises what `Payment.settle_refund_by_hand` and
        `Order.request_refund` raise.
        """
        refund = self.payment.refund(refund_id)
        self.payment.settle_refund_by_hand(refund_id, note=note, at=self._at)
        items = plan_retry(self.order, refund).items
        if items:
            refund.items = refund.items or tuple(items)
            reason, at, actor = SETTLED_BY_HAND, self._at, self._actor
            self.order.request_refund(items, reason=reason, at=at, actor=actor)
            units = self.order.settle_refund(items, reason=reason, at=at, actor=actor)
            self.released += refund_claims(self.order.id, units, refund.id, by_hand=True)
            self.order_changed = True
        self._record_late_refunds()

    def _record_late_refunds(self) -> None:
        payment = self.payment
        if not payment.captured:
            return
        is_larger = payment.returned > self.order.late_refunded
        self.order_changed |= self.order.record_late_refunds(
            payment.returned,
            of=payment.captured,
            reason=LATE_REFUND if is_larger else RETURNED,
            at=self._at,
            actor=self._actor,
        )

    def _receive_payment(self) -> None:
        if self.order.status is OrderStatus.PENDING:
            self.order.pay(at=self._at, actor=self._actor)
            self.order_paid = self.order_changed = True
        else:
            refund_id, key = self._new_refund()
            self.payment.refund_late_payment(id=refund_id, key=key, at=self._at)

    def _cancel_declined_order(self) -> None:
        """Cancel the order after too many declines; its payment is then cancelled, too."""
        if not self.payment.is_declined_too_often(self._max_declines):
            return
        if not self.payment.is_open or self.order.status is not OrderStatus.PENDING:
            return
        units = self.order.cancel(reason=DECLINED, at=self._at, actor=self._actor)
        self.order_changed = True
        self.released += stock_claims(self.order.id, units, MovementKind.RELEASE)

    def _refund_rest_of_late_payment(self) -> None:
        """Refund what is left after a part of a late payment was refunded at the provider.

        If a refund of as much has failed before, staff must decide.
        """
        failed = self._failed_late_refunds()
        if failed and self.payment.refundable < min(refund.amount for refund in failed):
            self._refund_late_payment()

    def _retry_refund_of_late_payment(self) -> None:
        """Refund it again after a bank has returned the disputed money.

        The provider refuses refunds of money that a bank withholds.
        """
        failed = self._failed_late_refunds()
        retry = self._refund_late_payment() if failed else None
        for refund in failed:
            if retry is not None and refund.needs_attention:
                self.payment.retry_refund(refund, retry, at=self._at)

    def _failed_late_refunds(self) -> list[Refund]:
        """The failed refunds of a late payment; empty if staff closed one with a note.

        The note says how its amount was refunded, which need not be recorded here, so that another
        refund might pay it a second time.
        """
        if self.order.paid_at is not None:
            return []
        failed = [
            refund
            for refund in self.payment.refunds
            if refund.origin is RefundOrigin.LATE_PAYMENT and not refund.is_effective
        ]
        return [] if any(refund.is_superseded_by_note for refund in failed) else failed

    def _refund_late_payment(self) -> Refund | None:
        """Refund what is left of it; None if that is nothing."""
        payment = self.payment
        if not payment.refundable:
            return None
        refund_id, key = self._new_refund()
        return payment.request_refund(
            id=refund_id,
            key=key,
            amount=payment.refundable,
            origin=RefundOrigin.LATE_PAYMENT,
            at=self._at,
        )

    def _apply_refund_report(self, report: RefundReport, whole: ProviderReport) -> None:
        refund = self._recorded(report)
        if refund is None:
            if not whole.complete:
                raise IncompleteReport
            refund = self._adopt(report, whole.refunds)
        before = refund.status
        if self.payment.apply_refund_report(refund.id, report, at=self._at):
            self._update_lines(refund, before)

    def _recorded(self, report: RefundReport) -> Refund | None:
        by_reference = self.payment.refund_by_reference(report.reference)
        if by_reference is not None:
            return by_reference
        # A refund that was lost with a restored database may have the id of another one.
        own = (
            refund
            for refund in self.payment.refunds
            if refund.id == report.refund_id and refund.reference is None
        )
        return next(own, None)

    def _fail(self, refund: Refund, failure: str) -> None:
        before = refund.status
        if self.payment.fail_refund(refund.id, failure, at=self._at):
            self._update_lines(refund, before)

    def _update_lines(self, refund: Refund, before: RefundStatus) -> None:
        if not refund.items:
            return
        self.order_changed = True
        order, items = self.order, refund.items
        if refund.status is RefundStatus.SUCCEEDED:
            units = order.settle_refund(items, reason=REFUNDED, at=self._at, actor=self._actor)
            self.released += refund_claims(self.order.id, units, refund.id)
        elif not refund.is_effective and before is RefundStatus.SUCCEEDED:
            order.reverse_refund(items, reason=RETURNED, at=self._at, actor=self._actor)
        elif not refund.is_effective:
            reason = refund.failure or RETURNED
            order.fail_refund(items, reason=reason, at=self._at, actor=self._actor)

    def _adopt(self, report: RefundReport, reports: Sequence[RefundReport]) -> Refund:
        items: Sequence[RefundItem] = ()
        if report.is_effective:
            self._supersede_unsent(report.amount, {one.refund_id for one in reports})
        # A failed refund has items, too, since staff may retry it or settle it by hand.
        is_possible = report.is_effective or report.amount <= self.order.refundable
        if self.order.paid_at is not None and is_possible:
            items = self.order.plan_refund(report.amount)
            self.order.request_refund(
                items, reason=MADE_AT_PROVIDER, at=self._at, actor=self._actor
            )
            self.order_changed = True
        refund_id, _ = self._new_refund()
        return self.payment.adopt_refund(report, id=refund_id, items=items)

    def _supersede_unsent(self, amount: Money, known_to_provider: set[RefundId | None]) -> None:
        # The provider refunds at most what was captured, so it would refuse our own refunds
        # that it has not made yet.
        for refund in self.payment.refunds:
            is_unsent = refund.status is RefundStatus.REQUESTED and refund.reference is None
            if amount > self._refundable and is_unsent and refund.id not in known_to_provider:
                self._fail(refund, SUPERSEDED)
                refund.resolve(RefundResolution.SUPERSEDED, at=self._at)

    @property
    def _refundable(self) -> Money:
        is_late = self.order.paid_at is None
        return self.payment.refundable if is_late else self.order.refundable
