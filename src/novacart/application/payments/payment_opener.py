"""Opening a stored payment at the provider."""

from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    KEY_LIFETIME,
    GatewayFailed,
    GatewayUnavailable,
    OpenPaymentRequest,
    PaymentGateway,
    new_key,
)
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.payments.errors import PaymentDeclined
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.ids import PaymentId


class PaymentOpener:
    """Opens a payment at the provider once, however many processes try at the same time.

    Raises `GatewayUnavailable`, `GatewayRefused`, `PaymentDeclined`, `AmountTooLarge`,
    `AmountTooSmall` and `AmountNotPayable`; it can be retried.
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

    def open(self, payment: Payment, *, email: str) -> Payment:
        """Return the payment with the provider's reference."""
        try:
            return self._open(payment, email)
        except GatewayFailed:
            # The failure was stored under the old key; a new key makes a new attempt.
            return self._open(self._stored(payment.id), email)

    def _open(self, payment: Payment, email: str) -> Payment:
        if payment.reference is not None:
            return payment
        if self._clock.now() - payment.created_at > KEY_LIFETIME:
            # The key of an earlier attempt may be forgotten, so it would not prevent a second one.
            existing = self._find_at_provider(payment)
            if existing is not None:
                return self._record(payment, existing)
        try:
            report = self._gateway.open_payment(
                OpenPaymentRequest(
                    payment_id=payment.id,
                    order_id=payment.order_id,
                    order_number=payment.order_number,
                    amount=payment.amount,
                    email=email,
                    key=payment.open_key,
                )
            )
        except PaymentDeclined:
            self._replace_key(payment)
            raise
        except GatewayFailed:
            existing = self._find_at_provider(payment)
            if existing is None:
                self._replace_key(payment)
                raise
            report = existing
        except GatewayUnavailable:
            # Another process may have opened it at the same moment.
            stored = self._stored(payment.id)
            if stored.reference is None:
                raise
            return stored
        return self._record(payment, report)

    def _record(self, payment: Payment, report: ProviderReport) -> Payment:
        stored = self._stored(payment.id)
        if stored.reference not in {None, report.reference}:
            # It was opened under an earlier key too; no customer has seen this second payment.
            self._gateway.cancel(report.reference, key=new_key("cancel"))
            return stored
        return self._recorder.apply_report(report, locator=PaymentLocator.of(payment))

    def _find_at_provider(self, payment: Payment) -> ProviderReport | None:
        reference = self._gateway.find(payment.id, payment.order_number, since=payment.created_at)
        return None if reference is None else self._gateway.retrieve(reference)

    def _replace_key(self, payment: Payment) -> None:
        with self._begin() as work:
            work.orders.get(payment.order_id)
            stored = work.payments.get(payment.id)
            if stored.reference is None and stored.open_key == payment.open_key:
                stored.replace_open_key(new_key("open"))
                work.payments.save(stored)
                work.commit()

    def _stored(self, payment_id: PaymentId) -> Payment:
        with self._begin() as work:
            return work.payments.get(payment_id)
