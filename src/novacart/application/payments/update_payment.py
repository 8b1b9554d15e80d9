"""Update the payment of an order."""

from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import OrderId


class UpdatePayment:
    """Ask the provider about the order's open payment, and apply what it reports.

    Does nothing without a payment that was opened at the provider. Raises `GatewayUnavailable`,
    and what `PaymentRecorder.apply_report` raises.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, gateway: PaymentGateway, recorder: PaymentRecorder
    ) -> None:
        self._begin = begin
        self._gateway = gateway
        self._recorder = recorder

    def __call__(self, order_id: OrderId) -> None:
        with self._begin() as work:
            work.orders.get(order_id)
            payment = work.payments.of_order(order_id)
        if payment is None or not payment.is_open or payment.reference is None:
            return
        current = self._gateway.retrieve(payment.reference)
        if current is not None:
            self._recorder.apply_report(current, locator=PaymentLocator.of(payment))
