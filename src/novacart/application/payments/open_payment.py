"""Ask a customer for the money of an order."""

from dataclasses import dataclass

from novacart.application.payments.idempotency import new_key
from novacart.application.payments.open_at_provider import OpenAtProvider
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.queries import IntentView
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayRefused, PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.ordering.order import Order
from novacart.domain.payments.errors import OrderNotPayable
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import OrderId, PaymentId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPaymentCommand:
    """`idempotency_key` is fulfilled in the transaction that commits the payment."""

    user_id: UserId
    order_id: OrderId
    idempotency_key: str | None = None


class OpenPayment:
    """The payment of a `PENDING` order, the same one however often it is asked for.

    Its intent is committed first, then the provider is asked, then its answer is recorded;
    whatever stops in between is finished by asking again, or by reconciliation. Raises
    `OrderNotFound`, `OrderNotPayable`, `PaymentDeclined` and `GatewayUnavailable`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        open_at_provider: OpenAtProvider,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._open_at_provider = open_at_provider
        self._policy = policy

    def __call__(self, command: OpenPaymentCommand) -> IntentView:
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.of_user(command.order_id, command.user_id)
            if not order.is_payable(at=now):
                raise OrderNotPayable
            payment = work.payments.of_order(order.id) or self._new(work, order)
            if command.idempotency_key is not None:
                work.idempotency_keys.fulfil(
                    command.user_id, command.idempotency_key, int(payment.id)
                )
            work.commit()
        return self._opened(payment, email=order.email)

    def again(self, user_id: UserId, payment_id: PaymentId) -> IntentView:
        """A payment that was asked for before. Raises as the first time."""
        with self._begin() as work:
            place = work.payments.place(payment_id)
            if place is None:
                raise OrderNotPayable
            order = work.orders.of_user(place.order_id, user_id)
            payment = work.payments.get(payment_id)
        return self._opened(payment, email=order.email)

    def _new(self, work: UnitOfWork, order: Order) -> Payment:
        now = self._clock.now()
        payment = Payment(
            id=PaymentId(work.ids.take()[0]),
            order_id=order.id,
            order_number=order.number,
            user_id=order.user_id,
            amount=order.total,
            open_key=new_key("open"),
            created_at=now,
        )
        payment.check_at = self._policy.next_check(payment, at=now)
        work.payments.add(payment)
        return payment

    def _opened(self, payment: Payment, *, email: str) -> IntentView:
        try:
            payment = self._open_at_provider(payment, email=email)
        except GatewayRefused as refusal:
            raise OrderNotPayable("The payment provider does not accept this payment.") from refusal
        return IntentView(
            payment_id=payment.id,
            order_id=payment.order_id,
            reference=payment.reference or "",
            client_secret=payment.client_secret or "",
            amount=payment.amount,
            publishable_key=self._gateway.publishable_key,
        )
