"""Open the payment of an order."""

from dataclasses import dataclass

from novacart.application.payments.new_payment import add_payment
from novacart.application.payments.payment_opener import PaymentOpener
from novacart.application.payments.policy import DECLINE_WINDOW, DeclinePolicy
from novacart.application.payments.queries import PaymentIntent
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayRefused, PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.payments.errors import OrderNotPayable, PaymentNotPayable, TooManyDeclines
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import OrderId, PaymentId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPaymentCommand:
    """`expected_total` is the order's total in major units, as the client knows it.

    `idempotency_key` is fulfilled in the transaction that stores the payment.
    """

    user_id: UserId
    order_id: OrderId
    expected_total: str | None = None
    idempotency_key: str | None = None


class OpenPayment:
    """Open the payment of a `PENDING` order, or return the one that is open.

    The payment is committed, then opened at the provider, then the response is recorded. If
    that is interrupted, the next call or reconciliation completes it. Raises `OrderNotFound`,
    `OrderNotPayable`, `TotalChanged`, `TooManyDeclines`, `InvalidValue`, `PaymentDeclined`,
    `AmountTooLarge`, `AmountTooSmall`, `AmountNotPayable` and `GatewayUnavailable`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        opener: PaymentOpener,
        declines: DeclinePolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._opener = opener
        self._declines = declines

    def __call__(self, command: OpenPaymentCommand) -> PaymentIntent:
        with self._begin() as work:
            order = work.orders.of_user(command.order_id, command.user_id)
            if not order.is_payable(at=self._clock.now()):
                raise OrderNotPayable
            if command.expected_total is not None:
                order.ensure_total(command.expected_total)
            self._ensure_few_declines(work, command.user_id)
            payment = work.payments.of_order(order.id)
            if payment is None:
                payment = add_payment(work, order, at=self._clock.now())
            if command.idempotency_key is not None:
                work.idempotency_keys.fulfil(
                    command.user_id, command.idempotency_key, int(payment.id)
                )
            work.commit()
        return self._open(payment, email=order.email)

    def ensure_open(self, reference: str) -> None:
        """Raise `PaymentNotPayable` after too many declines of the payment.

        The provider cancels it soon; this closes it at once where attempts go through the shop.
        """
        with self._begin() as work:
            locator = work.payments.by_reference(reference)
            payment = work.payments.get(locator.payment_id) if locator is not None else None
        if payment is not None and payment.is_declined_too_often(self._declines.per_order):
            raise PaymentNotPayable

    def replay(self, user_id: UserId, payment_id: PaymentId) -> PaymentIntent:
        """Repeat the response of an earlier request. Raises the same errors."""
        with self._begin() as work:
            locator = work.payments.locate(payment_id)
            if locator is None:
                raise OrderNotPayable
            order = work.orders.of_user(locator.order_id, user_id)
            payment = work.payments.get(payment_id)
        if payment.reference is None and not payment.is_open:
            # The provider refused it, and its order was cancelled.
            raise OrderNotPayable
        return self._open(payment, email=order.email)

    def _ensure_few_declines(self, work: UnitOfWork, user_id: UserId) -> None:
        limit = self._declines.per_account
        if limit is None:
            return
        now = self._clock.now()
        count = work.payments.declines_of(user_id, since=now - DECLINE_WINDOW)
        if count.declines >= limit:
            raise TooManyDeclines((count.first_at or now) + DECLINE_WINDOW - now)

    def _open(self, payment: Payment, *, email: str) -> PaymentIntent:
        try:
            payment = self._opener.open(payment, email=email)
        except GatewayRefused as refusal:
            raise OrderNotPayable("The payment provider does not accept this payment.") from refusal
        return PaymentIntent(
            payment_id=payment.id,
            order_id=payment.order_id,
            reference=payment.reference or "",
            client_secret=payment.client_secret or "",
            amount=payment.amount,
            publishable_key=self._gateway.publishable_key,
        )
