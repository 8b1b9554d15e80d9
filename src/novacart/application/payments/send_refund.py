"""Send a requested refund to the provider."""

from dataclasses import dataclass

from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    KEY_LIFETIME,
    GatewayFailed,
    GatewayRefused,
    GatewayUnavailable,
    PaymentGateway,
    RefundRequest,
    new_key,
)
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.payments.errors import RefundRefused
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRefundCommand:
    refund_id: RefundId


class SendRefund:
    """Send a `REQUESTED` refund and record the outcome. No refund is made twice.

    Raises `GatewayUnavailable`; reconciliation sends it again under the same key.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        recorder: PaymentRecorder,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._recorder = recorder

    def __call__(self, command: SendRefundCommand) -> Refund | None:
        """Return the updated refund; None if there is no such refund."""
        try:
            return self._send(command.refund_id)
        except GatewayFailed:
            # The failure was stored under the old key; a new key makes a new attempt.
            return self._send(command.refund_id)

    def ensure_possible(self, amount: Money) -> None:
        """Raises `RefundRefused` for an amount that the provider never refunds."""
        self._gateway.ensure_refundable(amount)

    def send_now(self, refund: Refund) -> Refund:
        """Send it, or leave it to reconciliation if the provider cannot be reached.

        Raises `RefundRefused`.
        """
        try:
            sent = self(SendRefundCommand(refund_id=refund.id)) or refund
        except GatewayUnavailable:
            return refund
        if sent.status is RefundStatus.FAILED:
            raise RefundRefused
        return sent

    def _send(self, refund_id: RefundId) -> Refund | None:
        with self._begin() as work:
            locator = work.payments.locate_refund(refund_id)
            if locator is None:
                return None
            payment = work.payments.get(locator.payment_id)
        refund, reference = payment.refund(refund_id), payment.reference
        if refund.status is not RefundStatus.REQUESTED or reference is None:
            return refund
        if self._clock.now() - refund.requested_at > KEY_LIFETIME:
            # The key of an earlier attempt may be forgotten, so it would not prevent a second one.
            refund = self._apply_current_state(locator, reference).refund(refund_id)
            if refund.status is not RefundStatus.REQUESTED:
                return refund
        request = RefundRequest(
            refund_id=refund.id, reference=reference, amount=refund.amount, key=refund.key
        )
        try:
            refunds = (self._gateway.refund(request),)
        except (GatewayRefused, GatewayFailed) as error:
            current = self._apply_current_state(locator, reference).refund(refund_id)
            if current.status is not RefundStatus.REQUESTED:
                return current
            if isinstance(error, GatewayRefused):
                payment = self._recorder.fail_refund(locator, refund_id, error.message)
                return payment.refund(refund_id)
            self._replace_key(locator, refund)
            raise
        report = ProviderReport(reference=reference, refunds=refunds)
        return self._recorder.apply_report(report, locator=locator).refund(refund_id)

    def _apply_current_state(self, locator: PaymentLocator, reference: str) -> Payment:
        """Apply what the provider has on record; it may have made this refund."""
        current = self._gateway.retrieve(reference)
        if current is not None:
            return self._recorder.apply_report(current, locator=locator)
        with self._begin() as work:
            return work.payments.get(locator.payment_id)

    def _replace_key(self, locator: PaymentLocator, refund: Refund) -> None:
        with self._begin() as work:
            work.orders.get(locator.order_id)
            payment = work.payments.get(locator.payment_id)
            stored = payment.refund(refund.id)
            if stored.status is RefundStatus.REQUESTED and stored.key == refund.key:
                stored.replace_key(new_key("refund"))
                work.payments.save(payment)
                work.commit()
