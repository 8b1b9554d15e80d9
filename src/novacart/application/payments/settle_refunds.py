"""What the provider says of refunds, brought into the payment, the order and the stock."""

from collections.abc import Sequence
from datetime import datetime

from novacart.application.ports.payment_gateway import RefundReport
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.stock import StockClaim
from novacart.domain.ordering.line import LineUnits, RefundItem
from novacart.domain.ordering.order import Order
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundPart
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money

DONE = "It was refunded."
SENT_BACK = "The bank sent the refund back."
SUPERSEDED = "The money was refunded at the payment provider meanwhile."
_NOTHING_COMES = {RefundStatus.FAILED, RefundStatus.CANCELLED}


class Inconclusive(Exception):
    """The report is only a part of what must be known; ask for all of it."""


class RefundSettlement:
    """One order and its payment inside one unit of work, and the reports that change them.

    `changed_order` tells whether the order has to be saved.
    """

    def __init__(
        self, *, work: UnitOfWork, order: Order, payment: Payment, at: datetime, actor: str
    ) -> None:
        self._work = work
        self._order = order
        self._payment = payment
        self._at = at
        self._actor = actor
        self.changed_order = False

    def apply(self, reports: Sequence[RefundReport], *, complete: bool) -> None:
        """Believe the reports, whatever was known before.

        Raises `Inconclusive` for a refund that is not ours, unless the reports are all that
        there are; then it was made at the provider, and is put on record.
        """
        # What came to nothing makes room for what came after it.
        for report in sorted(reports, key=lambda told: told.status not in _NOTHING_COMES):
            refund = self._known(report)
            if refund is None:
                if not complete:
                    raise Inconclusive
                refund = self._adopt(report, reports)
            self._report(refund, report)

    def fail(self, refund: Refund, failure: str) -> None:
        """The provider will not make this refund."""
        self._move(refund, RefundStatus.FAILED, reference=None, failure=failure)

    def _known(self, report: RefundReport) -> Refund | None:
        known = self._payment.refund_called(report.reference)
        if known is None and report.refund_id is not None:
            own = [refund for refund in self._payment.refunds if refund.id == report.refund_id]
            known = own[0] if own else None
        return known

    def _report(self, refund: Refund, report: RefundReport) -> None:
        self._move(
            refund,
            report.status,
            reference=report.reference,
            failure=report.failure,
            amount=report.amount,
        )

    def _move(
        self,
        refund: Refund,
        status: RefundStatus,
        *,
        reference: str | None,
        failure: str | None,
        amount: Money | None = None,
    ) -> None:
        before = refund.status
        news = self._payment.report_refund(
            refund.id,
            status,
            reference=reference,
            amount=amount or refund.amount,
            at=self._at,
            failure=failure,
        )
        if not news or not refund.parts:
            return
        self.changed_order = True
        items = [_item(part) for part in refund.parts]
        if status is RefundStatus.SUCCEEDED:
            units = self._order.settle_refund(items, reason=DONE, at=self._at, actor=self._actor)
            self._put_back(refund, units)
        elif status in _NOTHING_COMES and before is RefundStatus.SUCCEEDED:
            self._order.reverse_refund(items, reason=SENT_BACK, at=self._at, actor=self._actor)
        elif status in _NOTHING_COMES:
            reason = failure or SENT_BACK
            self._order.fail_refund(items, reason=reason, at=self._at, actor=self._actor)

    def _put_back(self, refund: Refund, units: Sequence[LineUnits]) -> None:
        claims = [
            StockClaim(
                product_id=unit.product_id,
                quantity=unit.quantity,
                reference=f"refund:{refund.id}:line:{unit.line_id}:release",
                order_id=self._order.id,
            )
            for unit in units
        ]
        if claims:
            self._work.stock.release(claims, at=self._at)

    def _adopt(self, report: RefundReport, reports: Sequence[RefundReport]) -> Refund:
        counts = report.status not in _NOTHING_COMES
        parts: Sequence[RefundPart] = ()
        if counts:
            self._make_room(report.amount, {told.refund_id for told in reports})
        if counts and self._order.paid_at is not None:
            items = self._order.plan_refund(report.amount)
            self.changed_order = True
            self._order.request_refund(
                items,
                reason="It was refunded at the payment provider.",
                at=self._at,
                actor=self._actor,
            )
            parts = [_part(item) for item in items]
        return self._payment.adopt_refund(
            id=RefundId(self._work.ids.take()[0]),
            reference=report.reference,
            amount=report.amount,
            requested_at=report.reported_at,
            parts=parts,
            counts=counts,
        )

    def _make_room(self, amount: Money, known_there: set[RefundId | None]) -> None:
        # The provider never gives back more than was paid, so what it has not made yet of
        # our own refunds can't be made any more.
        for refund in self._payment.refunds:
            unsent = refund.status is RefundStatus.REQUESTED and refund.reference is None
            if amount > self._room and unsent and refund.id not in known_there:
                self.fail(refund, SUPERSEDED)

    @property
    def _room(self) -> Money:
        # Money that came late belongs to none of the order's lines.
        late = self._order.paid_at is None
        return self._payment.left if late else self._order.refundable


def _item(part: RefundPart) -> RefundItem:
    return RefundItem(line_id=part.line_id, quantity=part.quantity, amount=part.amount)


def _part(item: RefundItem) -> RefundPart:
    return RefundPart(line_id=item.line_id, quantity=item.quantity, amount=item.amount)


def parts_of(items: Sequence[RefundItem]) -> list[RefundPart]:
    """The refund's own record of what an order sends back."""
    return [_part(item) for item in items]
