"""Nobody waits for this money any more."""

from novacart.application.payments.idempotency import new_key
from novacart.application.payments.open_at_provider import OpenAtProvider
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.settle_payment import SettlePayment
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    PaymentGateway,
)
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import OrderId


class CancelPayment:
    """Close the payment of a cancelled order, so that its customer can't pay any more.

    Where the money is already on its way it is let through, and then returned. Raises
    `GatewayUnavailable`; the wish stays on record and is carried out later.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        settle: SettlePayment,
        open_at_provider: OpenAtProvider,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._settle = settle
        self._open_at_provider = open_at_provider
        self._policy = policy

    def __call__(self, order_id: OrderId) -> None:
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.get(order_id)
            payment = work.payments.of_order(order_id)
            if payment is None or order.status is not OrderStatus.CANCELLED:
                return
            if payment.cancel_at_provider(key=new_key("cancel")):
                payment.check_at = self._policy.next_check(payment, at=now)
                work.payments.save(payment)
                work.commit()
        self.finish(payment, email=order.email)

    def finish(self, payment: Payment, *, email: str) -> None:
        """Carry out a wish that is on record."""
        if not payment.is_open or payment.cancel_key is None:
            return
        # A request to open it may still be under way: only a payment with a name can be ended.
        place = PaymentLocator(
            user_id=payment.user_id, order_id=payment.order_id, payment_id=payment.id
        )
        try:
            opened = self._open_at_provider(payment, email=email)
        except GatewayRefused:
            self._settle.never_opened(place, actor="system")
            return
        if not opened.is_open or opened.reference is None:
            return
        try:
            report = self._gateway.cancel(opened.reference, key=payment.cancel_key)
        except (GatewayRefused, GatewayFailed) as error:
            known = self._gateway.retrieve(opened.reference)
            if known is not None:
                settled = self._settle(place, known, actor="system")
                if not settled.is_open or isinstance(error, GatewayRefused):
                    return
            self._use_new_key(place, payment.cancel_key)
            raise
        self._settle(place, report, actor="system")

    def _use_new_key(self, place: PaymentLocator, key: str) -> None:
        with self._begin() as work:
            work.orders.get(place.order_id)
            payment = work.payments.get(place.payment_id)
            if payment.is_open and payment.cancel_key == key:
                payment.cancel_key = new_key("cancel")
                work.payments.save(payment)
                work.commit()
