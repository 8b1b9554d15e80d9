"""Open at the provider what was committed here."""

from novacart.application.payments.idempotency import new_key
from novacart.application.payments.settle_payment import SettlePayment
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayUnavailable,
    OpenPaymentRequest,
    PaymentGateway,
    ProviderReport,
)
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.payments.errors import PaymentDeclined
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import PaymentId


class OpenAtProvider:
    """Ask the provider for a payment on record, and record what it calls it.

    However many do so at once, and however often: there is one at the provider. Raises
    `GatewayUnavailable`, `GatewayRefused` and `PaymentDeclined`; it can be tried again.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, gateway: PaymentGateway, settle: SettlePayment
    ) -> None:
        self._begin = begin
        self._gateway = gateway
        self._settle = settle

    def __call__(self, payment: Payment, *, email: str) -> Payment:
        try:
            return self._open(payment, email)
        except GatewayFailed:
            # Under its new key the provider may do what it failed to do under the old one.
            return self._open(self._stored(payment.id), email)

    def _open(self, payment: Payment, email: str) -> Payment:
        if payment.reference is not None:
            return payment
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
            self._use_new_key(payment)
            raise
        except GatewayFailed:
            found = self._found(payment)
            if found is None:
                self._use_new_key(payment)
                raise
            report = found
        except GatewayUnavailable:
            # Somebody who asked at the same moment may have been answered.
            known = self._stored(payment.id)
            if known.reference is None:
                raise
            return known
        return self._record(payment, report)

    def _record(self, payment: Payment, report: ProviderReport) -> Payment:
        place = PaymentLocator(
            user_id=payment.user_id, order_id=payment.order_id, payment_id=payment.id
        )
        known = self._stored(payment.id)
        if known.reference not in {None, report.reference}:
            # Opened under an earlier key after all; nobody was told of this second one.
            self._gateway.cancel(report.reference, key=new_key("cancel"))
            return known
        return self._settle(place, report, actor="system")

    def _found(self, payment: Payment) -> ProviderReport | None:
        reference = self._gateway.find(payment.id, payment.order_number, since=payment.created_at)
        return None if reference is None else self._gateway.retrieve(reference)

    def _use_new_key(self, payment: Payment) -> None:
        with self._begin() as work:
            work.orders.get(payment.order_id)
            stored = work.payments.get(payment.id)
            if stored.reference is None and stored.open_key == payment.open_key:
                stored.use_new_key(new_key("open"))
                work.payments.save(stored)
                work.commit()

    def _stored(self, payment_id: PaymentId) -> Payment:
        with self._begin() as work:
            return work.payments.get(payment_id)
