"""A whole shop around its payments, over any unit of work and any provider."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from novacart.adapters.stripe.webhook import StripeEvents
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.payments.cancel_payment import CancelPayment
from novacart.application.payments.handle_event import HandleEvent
from novacart.application.payments.handle_events import HandleEvents, RetryEvent
from novacart.application.payments.open_at_provider import OpenAtProvider
from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.queries import IntentView
from novacart.application.payments.receive_event import ReceiveEvent, ReceiveEventCommand
from novacart.application.payments.reconcile_payments import (
    ReconcilePayments,
    ReconcilePaymentsCommand,
)
from novacart.application.payments.refund_line import RefundLine
from novacart.application.payments.request_refund import RequestRefund
from novacart.application.payments.send_refund import SendRefund
from novacart.application.payments.settle_payment import SettlePayment
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import StoredEvent
from novacart.domain.ordering.order import Order
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import AddressId, OrderId, ProductId, UserId
from tests.fakes.request_contexts import FakeRequestContexts
from tests.support.builders.ordering import (
    STAFF_LIMITS,
    add_address,
    add_customer,
    add_product,
    fill_cart,
)
from tests.support.clock import SetClock
from tests.support.fake_stripe.signatures import sign

SECRET = "whsec_of_the_desk"

AS_STAFF = FakeRequestContexts("staff:1")


@dataclass(slots=True)
class PaymentDesk:
    """`begin` and `gateway` are all that the use cases reach the world by."""

    begin: UnitOfWorkFactory
    gateway: PaymentGateway
    clock: SetClock
    policy: FollowUpPolicy = field(default_factory=FollowUpPolicy)
    events: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def settle(self) -> SettlePayment:
        return SettlePayment(begin=self.begin, clock=self.clock, policy=self.policy)

    @property
    def open_at_provider(self) -> OpenAtProvider:
        return OpenAtProvider(begin=self.begin, gateway=self.gateway, settle=self.settle)

    @property
    def open_payment(self) -> OpenPayment:
        return OpenPayment(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            open_at_provider=self.open_at_provider,
            policy=self.policy,
        )

    def check_out(self, command: StartCheckoutCommand) -> IntentView:
        """Start a one-step checkout and open the payment of its order."""
        return self.intent(command.user_id, self.start_checkout(command).id)

    @property
    def send_refund(self) -> SendRefund:
        return SendRefund(begin=self.begin, gateway=self.gateway, settle=self.settle)

    @property
    def request_refund(self) -> RequestRefund:
        return RequestRefund(**self._asking())

    @property
    def refund_line(self) -> RefundLine:
        return RefundLine(**self._asking())

    @property
    def cancel_payment(self) -> CancelPayment:
        return CancelPayment(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            settle=self.settle,
            open_at_provider=self.open_at_provider,
            policy=self.policy,
        )

    @property
    def reconcile(self) -> ReconcilePayments:
        return ReconcilePayments(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            settle=self.settle,
            open_at_provider=self.open_at_provider,
            cancel_payment=self.cancel_payment,
            send_refund=self.send_refund,
            policy=self.policy,
        )

    @property
    def reader(self) -> StripeEvents:
        return StripeEvents([SECRET])

    @property
    def handle_event(self) -> HandleEvent:
        return HandleEvent(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            reader=self.reader,
            settle=self.settle,
            policy=self.policy,
        )

    @property
    def receive_event(self) -> ReceiveEvent:
        return ReceiveEvent(
            begin=self.begin,
            clock=self.clock,
            reader=self.reader,
            handle=self.handle_event,
            policy=self.policy,
        )

    @property
    def handle_events(self) -> HandleEvents:
        return HandleEvents(
            begin=self.begin, clock=self.clock, handle=self.handle_event, policy=self.policy
        )

    @property
    def retry_event(self) -> RetryEvent:
        return RetryEvent(
            begin=self.begin, clock=self.clock, handle=self.handle_event, policy=self.policy
        )

    @property
    def start_checkout(self) -> StartCheckout:
        return StartCheckout(**self._ordering())

    # -- what customers and staff do ---------------------------------------------------------

    def customer(self, name: str = "asha") -> tuple[UserId, AddressId]:
        with self.begin() as work:
            user_id = add_customer(work, name)
            address_id = add_address(work, user_id)
            work.commit()
        return user_id, address_id

    def product(self, *, price: int = 100, stock: int = 10) -> ProductId:
        with self.begin() as work:
            product_id = add_product(work, price=price, stock=stock)
            work.commit()
        return product_id

    def cart(self, user_id: UserId, quantities: dict[ProductId, int]) -> None:
        with self.begin() as work:
            fill_cart(work, user_id, quantities)
            work.commit()

    def ordered(self, user_id: UserId, quantities: dict[ProductId, int]) -> OrderId:
        self.cart(user_id, quantities)
        return PlaceOrder(**self._ordering())(PlaceOrderCommand(user_id=user_id)).id

    def intent(self, user_id: UserId, order_id: OrderId) -> IntentView:
        return self.open_payment(OpenPaymentCommand(user_id=user_id, order_id=order_id))

    def call_off(self, order_id: OrderId) -> None:
        cancel = CancelOrder(
            begin=self.begin, clock=self.clock, contexts=AS_STAFF, limits=STAFF_LIMITS
        )
        cancel(CancelOrderCommand(order_id=order_id, staff=SYSTEM))

    def expire_orders(self) -> int:
        return ExpireOrders(begin=self.begin, clock=self.clock)()

    def reconciled(self, *, force: bool = False, back: timedelta | None = None) -> int:
        return self.reconcile(ReconcilePaymentsCommand(force=force, back=back))

    def told(
        self,
        kind: str,
        thing: dict[str, Any],
        *,
        id: str | None = None,
        secret: str = SECRET,
        at: int | None = None,
    ) -> str:
        """Send an event of `at` as Stripe does, signed at this moment; gives its id."""
        event_id = id or f"evt_{next(self.events)}"
        body = {
            "id": event_id,
            "object": "event",
            "type": kind,
            "created": int(self.clock.now().timestamp()) if at is None else at,
            "data": {"object": thing},
        }
        payload = json.dumps(body).encode()
        stamp = int(self.clock.now().timestamp())
        signature = sign(payload, secret, timestamp=stamp)
        self.receive_event(ReceiveEventCommand(payload=payload, signature=signature))
        return event_id

    # -- what is on record -------------------------------------------------------------------

    def order(self, order_id: OrderId) -> Order:
        with self.begin() as work:
            return work.orders.get(order_id)

    def payment(self, order_id: OrderId) -> Payment:
        with self.begin() as work:
            payment = work.payments.of_order(order_id)
        assert payment is not None
        return payment

    def available(self, product_id: ProductId) -> int:
        with self.begin() as work:
            return work.stock.levels([product_id])[product_id].available

    def event(self, event_id: str) -> StoredEvent:
        with self.begin() as work:
            return work.webhook_events.get(event_id)

    def _ordering(self) -> dict[str, Any]:
        return {
            "begin": self.begin,
            "clock": self.clock,
            "contexts": AS_STAFF,
            "numbers": RandomOrderNumbers(),
            "policy": CheckoutPolicy(pending_order_ttl=timedelta(minutes=30)),
        }

    def _asking(self) -> dict[str, Any]:
        return {
            "begin": self.begin,
            "clock": self.clock,
            "contexts": AS_STAFF,
            "send_refund": self.send_refund,
            "policy": self.policy,
        }
