"""State machine of a shop: carts, orders, payments, refunds and events in any order."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.actor import SYSTEM
from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.ordering.cancel_item import CancelItem, CancelItemCommand
from novacart.application.ordering.fulfil_order import (
    DeliverOrder,
    DeliverOrderCommand,
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.return_goods import (
    ReceiveReturnedGoods,
    ReceiveReturnedGoodsCommand,
    ReturnOrder,
    ReturnOrderCommand,
)
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.payments.resolve_refund import (
    RetryRefundCommand,
    SettleRefundCommand,
    SupersedeRefundCommand,
)
from novacart.application.ports.payment_gateway import GatewayRefused
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.payments.errors import InvalidPaymentTransition, PaymentMismatch
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.refund import Refund, RefundResolution
from novacart.domain.shared.errors import ConcurrentChange, DomainError
from novacart.domain.shared.ids import OrderId, ProductId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock
from tests.support.payments_fixture import AS_STAFF, PaymentsFixture, customer, owner
from tests.support.stripe_objects import BEGINNING, report_on
from tests.support.webhook_delivery import EventWriter

_ANY = st.integers(min_value=0, max_value=1000)
_MONEY = st.integers(min_value=1, max_value=30_000)
_BUGS = (InvalidPaymentTransition, PaymentMismatch, ConcurrentChange)


class ShopUnderTest(Protocol):
    """A shop on any storage, and its checks."""

    payments: PaymentsFixture
    provider: FakePaymentGateway
    clock: SetClock

    def handle_committed_events(self) -> None:
        """Run the event handlers of the worker."""
        ...

    def assert_sound(self) -> None:
        """Check the invariants that always hold."""
        ...

    def assert_settled(self) -> None:
        """Check that the provider's ledger agrees, once everything is settled."""
        ...

    def close(self) -> None: ...


class WarningRecorder(logging.Handler):
    """Records warnings and errors; in these tests there must be none."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


@contextmanager
def expected_errors() -> Iterator[None]:
    """Ignore errors that a client may get; raise those that only a bug can cause."""
    try:
        yield
    except _BUGS:
        raise
    except (DomainError, GatewayRefused):
        pass


class ShopMachine(RuleBasedStateMachine):
    """One customer and two products with little stock."""

    def __init__(self, shop: ShopUnderTest) -> None:
        super().__init__()
        self.shop = shop
        self.payments = payments = shop.payments
        self.events = EventWriter(shop.provider, shop.clock)
        self.warnings = WarningRecorder()
        self.products: list[ProductId] = []
        self.orders: list[OrderId] = []
        dependencies = {"begin": payments.begin, "clock": payments.clock, "contexts": AS_STAFF}
        self.add = AddToCart(
            begin=payments.begin, clock=payments.clock, policy=CartPolicy(max_per_line=10)
        )
        self.place = PlaceOrder(
            **dependencies,  # type: ignore[arg-type]
            numbers=RandomOrderNumbers(),
            policy=CheckoutPolicy(pending_order_ttl=timedelta(minutes=30)),
        )
        self.cancel_item = CancelItem(**dependencies, refund_line=payments.refund_order_line)  # type: ignore[arg-type]
        self.start_processing = StartProcessing(**dependencies)  # type: ignore[arg-type]
        self.ship = ShipOrder(**dependencies)  # type: ignore[arg-type]
        self.deliver = DeliverOrder(**dependencies)  # type: ignore[arg-type]
        self.return_order = ReturnOrder(**dependencies)  # type: ignore[arg-type]
        self.receive = ReceiveReturnedGoods(**dependencies)  # type: ignore[arg-type]

    @initialize(paid=st.sampled_from(["no", "unreported", "yes", "yes"]))
    def open(self, paid: str) -> None:
        logging.getLogger("novacart").addHandler(self.warnings)
        self.user_id, self.address_id = self.payments.customer()
        self.products = [
            self.payments.product(price=100, stock=5),
            self.payments.product(price=33, stock=8),
        ]
        order_id = self.payments.place_order(
            self.user_id, {self.products[0]: 2, self.products[1]: 3}
        )
        self.orders.append(order_id)
        reference = self.payments.intent(self.user_id, order_id).reference
        if paid != "no":
            self.shop.provider.pay(reference)
        if paid == "yes":
            self.payments.run_reconciliation(force=True)

    # -- the customer ------------------------------------------------------------------------

    @rule(which=_ANY, quantity=st.integers(min_value=1, max_value=3))
    def fill_cart(self, which: int, quantity: int) -> None:
        product_id = self.products[which % 2]
        with expected_errors():
            self.add(
                AddToCartCommand(user_id=self.user_id, product_id=product_id, quantity=quantity)
            )

    @rule(which=_ANY, quantity=st.integers(min_value=1, max_value=3), cod=st.booleans())
    def place_order(self, which: int, quantity: int, cod: bool) -> None:  # noqa: FBT001 (drawn by name)
        self.fill_cart(which, quantity)
        with expected_errors():
            placed = self.place(
                PlaceOrderCommand(
                    user_id=self.user_id,
                    address_id=self.address_id,
                    payment_method=PaymentMethod.COD if cod else PaymentMethod.ONLINE,
                )
            )
            self.orders.append(placed.id)

    @rule(pays=st.booleans())
    def check_out_in_one_step(self, pays: bool) -> None:  # noqa: FBT001 (drawn by name)
        command = StartCheckoutCommand(user_id=self.user_id, address_id=self.address_id)
        with expected_errors():
            intent = self.payments.check_out(command)
            if intent.order_id not in self.orders:
                self.orders.append(intent.order_id)
            if pays:
                self.shop.provider.pay(intent.reference)

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, pays=st.booleans())
    def open_payment(self, which: int, pays: bool) -> None:  # noqa: FBT001 (drawn by name)
        with expected_errors():
            intent = self.payments.intent(self.user_id, self._order(which))
            if pays:
                self.shop.provider.pay(intent.reference)

    @rule(
        which=_ANY,
        outcome=st.sampled_from(
            [
                PaymentStatus.SUCCEEDED,
                PaymentStatus.SUCCEEDED,
                PaymentStatus.FAILED,
                PaymentStatus.PROCESSING,
                PaymentStatus.REQUIRES_ACTION,
            ]
        ),
    )
    def use_card(self, which: int, outcome: PaymentStatus) -> None:
        reference = self._intent(which)
        with expected_errors():
            if reference is not None:
                self.shop.provider.pay(reference, outcome)

    @precondition(lambda self: self.orders)
    @rule(which=_ANY)
    def cancel_order(self, which: int) -> None:
        with expected_errors():
            self.payments.cancel_order(self._order(which))

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, line=_ANY)
    def cancel_order_line(self, which: int, line: int) -> None:
        order = self.payments.order(self._order(which))
        command = CancelItemCommand(
            user_id=self.user_id,
            order_id=order.id,
            line_id=order.lines[line % len(order.lines)].id,
            reason="Too many",
        )
        with expected_errors():
            self.cancel_item(command)

    @precondition(lambda self: self.orders)
    @rule(which=_ANY)
    def request_full_refund(self, which: int) -> None:
        with expected_errors():
            self.payments.request_refund(
                RequestRefundCommand(actor=customer(self.user_id), order_id=self._order(which))
            )

    # -- staff -------------------------------------------------------------------------------

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, amount=_MONEY)
    def refund_amount(self, which: int, amount: int) -> None:
        with expected_errors():
            self.payments.request_refund(
                RequestRefundCommand(
                    actor=owner(self.user_id),
                    order_id=self._order(which),
                    amount=str(Money(amount, "INR")),
                )
            )

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, line=_ANY, quantity=st.integers(min_value=1, max_value=2))
    def refund_units(self, which: int, line: int, quantity: int) -> None:
        order = self.payments.order(self._order(which))
        units = LineQuantity(line_id=order.lines[line % len(order.lines)].id, quantity=quantity)
        with expected_errors():
            self.payments.request_refund(
                RequestRefundCommand(actor=owner(self.user_id), order_id=order.id, units=[units])
            )

    @rule(which=_ANY, way=st.sampled_from(["retry", "by hand", "superseded"]))
    def resolve_refund(self, which: int, way: str) -> None:
        failed = [refund for refund in self._refunds() if refund.needs_attention]
        if not failed:
            return
        refund_id = failed[which % len(failed)].id
        with expected_errors():
            if way == "superseded":
                self.payments.supersede_refund(
                    SupersedeRefundCommand(actor=SYSTEM, refund_id=refund_id)
                )
            elif way == "by hand":
                # Staff look at the dashboard before they pay by hand.
                self.reconcile(force=True)
                self.payments.settle_refund(
                    SettleRefundCommand(actor=SYSTEM, refund_id=refund_id, reason="Cash")
                )
            else:
                self.payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=refund_id))

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, step=st.sampled_from(["process", "ship", "deliver", "return", "receive"]))
    def fulfil(self, which: int, step: str) -> None:
        order_id = self._order(which)
        with expected_errors():
            if step == "process":
                self.start_processing(StartProcessingCommand(staff=SYSTEM, order_id=order_id))
            elif step == "ship":
                self.ship(
                    ShipOrderCommand(
                        staff=SYSTEM, order_id=order_id, carrier="Post", tracking_number="1Z"
                    )
                )
            elif step == "deliver":
                self.deliver(DeliverOrderCommand(staff=SYSTEM, order_id=order_id))
            elif step == "return":
                self.return_order(
                    ReturnOrderCommand(staff=SYSTEM, order_id=order_id, reason="refused")
                )
            else:
                self.receive(
                    ReceiveReturnedGoodsCommand(staff=SYSTEM, order_id=order_id, reason="back")
                )

    # -- the provider ------------------------------------------------------------------------

    @rule(status=st.sampled_from([RefundStatus.SUCCEEDED, RefundStatus.PENDING]))
    def set_status_of_new_refunds(self, status: RefundStatus) -> None:
        self.shop.provider.refunds_begin = status

    @rule(which=_ANY, fails=st.booleans())
    def settle_refund(self, which: int, fails: bool) -> None:  # noqa: FBT001 (drawn by name)
        reference = self._intent(which)
        refunds = report_on(self.shop.provider, reference).refunds if reference else ()
        next_statuses = {RefundStatus.PENDING: {RefundStatus.SUCCEEDED, RefundStatus.FAILED}}
        # After a failed refund of a late payment only staff can continue.
        late = reference is not None and self._is_late(reference)
        end = RefundStatus.FAILED if fails and not late else RefundStatus.SUCCEEDED
        for refund in refunds:
            if end in next_statuses.get(refund.status, {RefundStatus.FAILED} - {refund.status}):
                self.shop.provider.settle_refund(str(reference), refund.reference, end)
                return

    @rule(which=_ANY, amount=_MONEY)
    def refund_in_dashboard(self, which: int, amount: int) -> None:
        reference = self._intent(which)
        with expected_errors():
            # Staff do not refund again what they have paid by hand.
            if reference is not None and not self._is_settled_by_hand(reference):
                self.shop.provider.refund_in_dashboard(reference, Money(amount, "INR"))

    @rule(which=_ANY, later=st.sampled_from([DisputeStatus.WON, DisputeStatus.LOST]))
    def dispute(self, which: int, later: DisputeStatus) -> None:
        reference = self._intent(which)
        report = report_on(self.shop.provider, reference) if reference else None
        if report is None or report.payment is None or not report.payment.captured:
            return
        status = later if report.disputes else DisputeStatus.NEEDS_RESPONSE
        if not report.disputes or report.disputes[0].status is DisputeStatus.NEEDS_RESPONSE:
            self.shop.provider.dispute(report.reference, status)

    @rule(which=_ANY)
    def deliver_any_event(self, which: int) -> None:
        """Any event written so far: late, repeated or before an earlier one."""
        self.events.collect()
        if self.events.written:
            event = self.events.written[which % len(self.events.written)]
            self.payments.send_event(event.type, event.obj, id=event.id, at=event.created)

    @rule()
    def deliver_latest_event(self) -> None:
        self.deliver_any_event(-1)

    # -- time and the worker -----------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 2, 5, 60, 1200]))
    def advance_time(self, seconds: int) -> None:
        self.events.collect()
        self.shop.clock.move(seconds=seconds)

    @rule()
    def expire_orders(self) -> None:
        self.payments.expire_orders()

    @rule()
    def run_event_handlers(self) -> None:
        self.shop.handle_committed_events()

    @rule(force=st.booleans())
    def reconcile(self, force: bool) -> None:  # noqa: FBT001 (drawn by name)
        self.payments.run_reconciliation(force=force, look_back=timedelta(days=1))

    # -- invariants --------------------------------------------------------------------------

    @invariant()
    def invariants_hold(self) -> None:
        self.events.collect()
        self.shop.assert_sound()

    @invariant()
    def nothing_is_logged_as_warning(self) -> None:
        assert self.warnings.messages == []

    def teardown(self) -> None:
        logging.getLogger("novacart").removeHandler(self.warnings)
        try:
            if self.products:
                self.shop.clock.move(minutes=40)
                for _ in range(2):
                    self.payments.expire_orders()
                    self.shop.handle_committed_events()
                    self.payments.process_events()
                    self.payments.run_reconciliation(force=True, look_back=timedelta(days=1))
                self.shop.handle_committed_events()
                self.shop.assert_sound()
                self.shop.assert_settled()
        finally:
            self.shop.close()

    def _order(self, which: int) -> OrderId:
        return self.orders[which % len(self.orders)]

    def _is_late(self, reference: str) -> bool:
        with self.payments.begin() as work:
            locator = work.payments.by_reference(reference)
            return locator is not None and work.orders.get(locator.order_id).paid_at is None

    def _is_settled_by_hand(self, reference: str) -> bool:
        with self.payments.begin() as work:
            locator = work.payments.by_reference(reference)
            payment = work.payments.get(locator.payment_id) if locator is not None else None
        return payment is not None and any(
            refund.resolution is RefundResolution.SETTLED_BY_HAND for refund in payment.refunds
        )

    def _refunds(self) -> list[Refund]:
        with self.payments.begin() as work:
            payments = [work.payments.of_order(order_id) for order_id in self.orders]
        return [refund for payment in payments if payment for refund in payment.refunds]

    def _intent(self, which: int) -> str | None:
        references = [report.reference for report in self.shop.provider.payments_since(BEGINNING)]
        return references[which % len(references)] if references else None
