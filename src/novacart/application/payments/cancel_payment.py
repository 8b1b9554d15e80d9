"""Cancel the payment of a cancelled order."""

from dataclasses import dataclass
from typing import Final

from novacart.application.payments.payment_opener import PaymentOpener
from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    PaymentGateway,
    new_key,
)
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.errors import AmountNotPayable, AmountTooLarge, AmountTooSmall
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import OrderId

_NEVER_OPENED: Final = (GatewayRefused, AmountNotPayable, AmountTooLarge, AmountTooSmall)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPaymentCommand:
    order_id: OrderId


class CancelPayment:
    """Cancel it at the provider, so that the customer cannot pay any more.

    A payment that succeeds all the same is refunded as a late payment. Raises
    `GatewayUnavailable`; reconciliation then cancels it later.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        recorder: PaymentRecorder,
        opener: PaymentOpener,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._recorder = recorder
        self._opener = opener

    def __call__(self, command: CancelPaymentCommand) -> None:
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            payment = work.payments.of_order(command.order_id)
            if payment is None or order.status is not OrderStatus.CANCELLED:
                return
            if payment.request_cancellation(key=new_key("cancel"), at=self._clock.now()):
                work.payments.save(payment)
                work.commit()
        if not payment.is_open:
            return
        try:
            # A request to open it may still be running, so it is opened before it is cancelled.
            payment = self._opener.open(payment, email=order.email)
        except _NEVER_OPENED:
            self._recorder.cancel_unopened(PaymentLocator.of(payment))
            return
        self._cancel_at_provider(payment)

    def _cancel_at_provider(self, payment: Payment) -> None:
        reference, key = payment.reference, payment.cancel_key
        if not payment.is_open or reference is None or key is None:
            return
        locator = PaymentLocator.of(payment)
        try:
            report = self._gateway.cancel(reference, key=key)
        except (GatewayRefused, GatewayFailed) as error:
            current = self._gateway.retrieve(reference)
            if current is not None:
                payment = self._recorder.apply_report(current, locator=locator)
            # What is refused is closed, being processed, or in another account of the provider.
            if not payment.is_open or isinstance(error, GatewayRefused):
                return
            self._replace_key(locator, key)
            raise
        self._recorder.apply_report(report, locator=locator)

    def _replace_key(self, locator: PaymentLocator, key: str) -> None:
        with self._begin() as work:
            work.orders.get(locator.order_id)
            payment = work.payments.get(locator.payment_id)
            if payment.is_open and payment.cancel_key == key:
                payment.replace_cancel_key(new_key("cancel"))
                work.payments.save(payment)
                work.commit()
