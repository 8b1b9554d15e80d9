"""The use cases of payments and checkout over any unit of work and any provider."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from types import MappingProxyType
from typing import Any

from novacart.adapters.stripe.webhook import StripeEventReader
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.actor import SYSTEM, Actor
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.order_factory import GuestContact
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.payments.cancel_payment import CancelPayment
from novacart.application.payments.event_processor import EventProcessor
from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.payment_opener import PaymentOpener
from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.payments.policy import DeclinePolicy, EventRetryPolicy
from novacart.application.payments.process_events import ProcessEvents
from novacart.application.payments.queries import PaymentIntent
from novacart.application.payments.receive_event import ReceiveEvent, ReceiveEventCommand
from novacart.application.payments.reconcile_payments import (
    ReconcilePayments,
    ReconcilePaymentsCommand,
)
from novacart.application.payments.refund_order_line import RefundOrderLine
from novacart.application.payments.request_refund import RequestRefund
from novacart.application.payments.resolve_refund import RetryRefund, SettleRefund, SupersedeRefund
from novacart.application.payments.retry_event import RetryEvent
from novacart.application.payments.send_refund import SendRefund
from novacart.application.payments.update_payment import UpdatePayment
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import StoredEvent
from novacart.domain.accounts.role import Role
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import Order
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import AddressId, OrderId, ProductId, UserId, VariantId
from tests.fakes.request_contexts import FakeRequestContexts
from tests.support.builders.ordering import (
    REAUTHENTICATION,
    STAFF_LIMITS,
    add_address,
    add_customer,
    add_product,
    fill_cart,
)
from tests.support.clock import SetClock
from tests.support.fake_stripe.signatures import sign

SECRET = "whsec_of_the_tests"

AS_STAFF = FakeRequestContexts("staff:1")


def customer(user_id: UserId) -> Actor:
    return Actor(user_id=user_id, role=Role.CUSTOMER)


def owner(user_id: UserId) -> Actor:
    return Actor(user_id=user_id, role=Role.OWNER)


@dataclass(slots=True)
class PaymentsFixture:
    """Use cases are built from `begin`, `gateway` and `clock` at each access."""

    begin: UnitOfWorkFactory
    gateway: PaymentGateway
    clock: SetClock
    policy: EventRetryPolicy = field(default_factory=EventRetryPolicy)
    declines: DeclinePolicy = field(default_factory=DeclinePolicy)
    event_numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def recorder(self) -> PaymentRecorder:
        return PaymentRecorder(begin=self.begin, clock=self.clock, declines=self.declines)

    @property
    def opener(self) -> PaymentOpener:
        return PaymentOpener(
            begin=self.begin, clock=self.clock, gateway=self.gateway, recorder=self.recorder
        )

    @property
    def open_payment(self) -> OpenPayment:
        return OpenPayment(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            opener=self.opener,
            declines=self.declines,
        )

    def check_out(self, command: StartCheckoutCommand) -> PaymentIntent:
        """Start a one-step checkout and open the payment of its order."""
        return self.intent(command.user_id, self.start_checkout(command).id)

    @property
    def send_refund(self) -> SendRefund:
        return SendRefund(
            begin=self.begin, clock=self.clock, gateway=self.gateway, recorder=self.recorder
        )

    @property
    def request_refund(self) -> RequestRefund:
        return RequestRefund(
            begin=self.begin,
            clock=self.clock,
            contexts=AS_STAFF,
            send_refund=self.send_refund,
            limits=STAFF_LIMITS,
            reauthentication=REAUTHENTICATION,
        )

    @property
    def retry_refund(self) -> RetryRefund:
        return RetryRefund(
            begin=self.begin, clock=self.clock, contexts=AS_STAFF, send_refund=self.send_refund
        )

    @property
    def settle_refund(self) -> SettleRefund:
        return SettleRefund(begin=self.begin, contexts=AS_STAFF, recorder=self.recorder)

    @property
    def supersede_refund(self) -> SupersedeRefund:
        return SupersedeRefund(begin=self.begin, clock=self.clock)

    @property
    def refund_order_line(self) -> RefundOrderLine:
        return RefundOrderLine(
            begin=self.begin,
            clock=self.clock,
            contexts=AS_STAFF,
            send_refund=self.send_refund,
        )

    @property
    def cancel_payment(self) -> CancelPayment:
        return CancelPayment(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            recorder=self.recorder,
            opener=self.opener,
        )

    @property
    def update_payment(self) -> UpdatePayment:
        return UpdatePayment(begin=self.begin, gateway=self.gateway, recorder=self.recorder)

    @property
    def expire(self) -> ExpireOrders:
        return ExpireOrders(begin=self.begin, clock=self.clock, update_payment=self.update_payment)

    @property
    def reconcile(self) -> ReconcilePayments:
        return ReconcilePayments(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            recorder=self.recorder,
            opener=self.opener,
            cancel_payment=self.cancel_payment,
            send_refund=self.send_refund,
        )

    @property
    def reader(self) -> StripeEventReader:
        return StripeEventReader([SECRET], account="acct_ours", livemode=False)

    @property
    def event_processor(self) -> EventProcessor:
        return EventProcessor(
            begin=self.begin,
            clock=self.clock,
            gateway=self.gateway,
            reader=self.reader,
            recorder=self.recorder,
            policy=self.policy,
        )

    @property
    def receive_event(self) -> ReceiveEvent:
        return ReceiveEvent(
            begin=self.begin,
            clock=self.clock,
            contexts=FakeRequestContexts("anonymous"),
            reader=self.reader,
            processor=self.event_processor,
            policy=self.policy,
        )

    @property
    def process_events(self) -> ProcessEvents:
        return ProcessEvents(
            begin=self.begin,
            clock=self.clock,
            processor=self.event_processor,
            policy=self.policy,
        )

    @property
    def retry_event(self) -> RetryEvent:
        return RetryEvent(
            begin=self.begin,
            clock=self.clock,
            processor=self.event_processor,
            policy=self.policy,
        )

    @property
    def start_checkout(self) -> StartCheckout:
        return StartCheckout(**self._ordering())

    # -- customers, staff and the provider -----------------------------------------------------

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

    def fill_cart(self, user_id: UserId, quantities: dict[ProductId, int]) -> None:
        with self.begin() as work:
            fill_cart(work, user_id, quantities)
            work.commit()

    def place_order(
        self,
        user_id: UserId,
        quantities: dict[ProductId, int],
        *,
        contact: GuestContact | None = None,
    ) -> OrderId:
        self.fill_cart(user_id, quantities)
        command = PlaceOrderCommand(user_id=user_id, contact=contact)
        return PlaceOrder(**self._ordering())(command).id

    def place(self, user_id: UserId, address_id: AddressId, method: PaymentMethod) -> OrderId:
        """Place the cart as an order."""
        command = PlaceOrderCommand(user_id=user_id, address_id=address_id, payment_method=method)
        return PlaceOrder(**self._ordering())(command).id

    def intent(self, user_id: UserId, order_id: OrderId) -> PaymentIntent:
        return self.open_payment(OpenPaymentCommand(user_id=user_id, order_id=order_id))

    def cancel_order(self, order_id: OrderId) -> None:
        cancel_order = CancelOrder(
            begin=self.begin, clock=self.clock, contexts=AS_STAFF, limits=STAFF_LIMITS
        )
        cancel_order(CancelOrderCommand(order_id=order_id, staff=SYSTEM))

    def expire_orders(self) -> int:
        return self.expire()

    def run_reconciliation(self, *, force: bool = False, look_back: timedelta | None = None) -> int:
        return self.reconcile(ReconcilePaymentsCommand(force=force, look_back=look_back))

    def send_event(
        self,
        event_type: str,
        obj: dict[str, Any],
        *,
        id: str | None = None,
        at: int | None = None,
        members: Mapping[str, object] = MappingProxyType({}),
    ) -> str:
        """Send a signed event, created `at` (Unix seconds) or now, with these `members` as well.

        Return its id.
        """
        now = int(self.clock.now().timestamp())
        event_id = id or f"evt_{next(self.event_numbers)}"
        body = {
            "id": event_id,
            "object": "event",
            "type": event_type,
            "created": now if at is None else at,
            "data": {"object": obj},
            **members,
        }
        self.send(json.dumps(body).encode())
        return event_id

    def send(self, payload: bytes) -> None:
        """Send a signed body to the webhook."""
        now = int(self.clock.now().timestamp())
        signature = sign(payload, SECRET, timestamp=now)
        self.receive_event(ReceiveEventCommand(payload=payload, signature=signature))

    # -- stored state -------------------------------------------------------------------------

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
            variant_id = VariantId(product_id)
            return work.stock.levels([variant_id])[variant_id].available

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
