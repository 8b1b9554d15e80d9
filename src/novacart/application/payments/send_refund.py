"""Have the provider make a refund that was committed here."""

from novacart.application.payments.idempotency import new_key
from novacart.application.payments.settle_payment import SettlePayment
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    PaymentGateway,
    ProviderReport,
    RefundRequest,
)
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund
from novacart.domain.shared.ids import RefundId


class SendRefund:
    """Send what is `REQUESTED`, and record the outcome: nothing is given back twice.

    Raises `GatewayUnavailable`; reconciliation sends it again then, under the same key.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, gateway: PaymentGateway, settle: SettlePayment
    ) -> None:
        self._begin = begin
        self._gateway = gateway
        self._settle = settle

    def __call__(self, refund_id: RefundId) -> Refund | None:
        """The refund as it is then; None where there is no such refund."""
        try:
            return self._attempt(refund_id)
        except GatewayFailed:
            # Under its new key the provider may do what it failed to do under the old one.
            return self._attempt(refund_id)

    def _attempt(self, refund_id: RefundId) -> Refund | None:
        with self._begin() as work:
            place = work.payments.locate_refund(refund_id)
            if place is None:
                return None
            payment = work.payments.get(place.payment_id)
        refund = payment.refund(refund_id)
        if refund.status is not RefundStatus.REQUESTED or payment.reference is None:
            return refund
        return self._send(place, payment.reference, refund).refund(refund_id)

    def _send(self, place: PaymentLocator, reference: str, refund: Refund) -> Payment:
        request = RefundRequest(
            refund_id=refund.id, reference=reference, amount=refund.amount, key=refund.key
        )
        try:
            report = self._gateway.refund(request)
        except GatewayRefused as refusal:
            payment = self._already_there(place, reference)
            if payment.refund(refund.id).status is not RefundStatus.REQUESTED:
                return payment
            return self._settle.refund_refused(place, refund.id, refusal.message, actor="system")
        except GatewayFailed:
            payment = self._already_there(place, reference)
            if payment.refund(refund.id).status is not RefundStatus.REQUESTED:
                return payment
            self._use_new_key(place, refund)
            raise
        told = ProviderReport(reference=reference, refunds=(report,))
        return self._settle(place, told, actor="system")

    def _already_there(self, place: PaymentLocator, reference: str) -> Payment:
        """Whatever the provider knows of the payment, this refund perhaps among it."""
        known = self._gateway.retrieve(reference)
        if known is not None:
            return self._settle(place, known, actor="system")
        with self._begin() as work:
            return work.payments.get(place.payment_id)

    def _use_new_key(self, place: PaymentLocator, refund: Refund) -> None:
        with self._begin() as work:
            work.orders.get(place.order_id)
            payment = work.payments.get(place.payment_id)
            stored = payment.refund(refund.id)
            if stored.status is RefundStatus.REQUESTED and stored.key == refund.key:
                stored.use_new_key(new_key("refund"))
                work.payments.save(payment)
                work.commit()
