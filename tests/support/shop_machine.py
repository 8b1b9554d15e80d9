"""A shop that lives through anything: carts, orders, payments, refunds, events in any order."""

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
from novacart.application.cart.policy import CartPolicy
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
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.request_refund import RefundedUnits, RequestRefundCommand
from novacart.application.ports.payment_gateway import GatewayRefused
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.payments.errors import InvalidPaymentTransition, PaymentMismatch
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.shared.errors import ConcurrentChange, DomainError
from novacart.domain.shared.ids import OrderId, ProductId
from novacart.domain.shared.money import Money
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock
from tests.support.payments_fixture import AS_STAFF, PaymentDesk
from tests.support.stripe_objects import BEGINNING, books_of
from tests.support.webhook_delivery import ProviderPost

_ANY = st.integers(min_value=0, max_value=1000)
_MONEY = st.integers(min_value=1, max_value=30_000)
_BUGS = (InvalidPaymentTransition, PaymentMismatch, ConcurrentChange)


class LivingShop(Protocol):
    """A shop, wherever it is kept, and what must be true of it."""

    desk: PaymentDesk
    provider: FakePaymentGateway
    clock: SetClock

    def react(self) -> None:
        """Do what the worker does about what was committed."""
        ...

    def assert_sound(self) -> None:
        """At any moment."""
        ...

    def assert_settled(self) -> None:
        """After everything has settled: the provider's books are ours."""
        ...

    def close(self) -> None: ...


class Complaints(logging.Handler):
    """The shop copes with what goes wrong, and says so; here nothing may go wrong."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record))


@contextmanager
def refusals() -> Iterator[None]:
    """Being refused is fine, so long as it is in the shop's own words."""
    try:
        yield
    except _BUGS:
        raise
    except (DomainError, GatewayRefused):
        pass


class ShopMachine(RuleBasedStateMachine):
    """One customer, two products of which there are few, and nobody who waits for another."""

    def __init__(self, shop: LivingShop) -> None:
        super().__init__()
        self.shop = shop
        self.desk = desk = shop.desk
        self.post = ProviderPost(shop.provider, shop.clock)
        self.complaints = Complaints()
        self.products: list[ProductId] = []
        self.orders: list[OrderId] = []
        shopkeeping = {"begin": desk.begin, "clock": desk.clock, "contexts": AS_STAFF}
        self.add = AddToCart(begin=desk.begin, clock=desk.clock, policy=CartPolicy(max_per_line=10))
        self.place = PlaceOrder(
            **shopkeeping,  # type: ignore[arg-type]
            numbers=RandomOrderNumbers(),
            policy=CheckoutPolicy(pending_order_ttl=timedelta(minutes=30)),
        )
        self.cancel_item = CancelItem(**shopkeeping, refund_line=desk.refund_line)  # type: ignore[arg-type]
        self.pack = StartProcessing(**shopkeeping)  # type: ignore[arg-type]
        self.ship = ShipOrder(**shopkeeping)  # type: ignore[arg-type]
        self.deliver = DeliverOrder(**shopkeeping)  # type: ignore[arg-type]

    @initialize(paid=st.sampled_from(["no", "unheard", "yes", "yes"]))
    def open(self, paid: str) -> None:
        logging.getLogger("novacart").addHandler(self.complaints)
        self.user_id, self.address_id = self.desk.customer()
        self.products = [
            self.desk.product(price=100, stock=5),
            self.desk.product(price=33, stock=8),
        ]
        order_id = self.desk.ordered(self.user_id, {self.products[0]: 2, self.products[1]: 3})
        self.orders.append(order_id)
        reference = self.desk.intent(self.user_id, order_id).reference
        if paid != "no":
            self.shop.provider.pay(reference)
        if paid == "yes":
            self.desk.reconciled(force=True)

    # -- the customer ------------------------------------------------------------------------

    @rule(which=_ANY, quantity=st.integers(min_value=1, max_value=3))
    def fills_the_cart(self, which: int, quantity: int) -> None:
        product_id = self.products[which % 2]
        with refusals():
            self.add(
                AddToCartCommand(user_id=self.user_id, product_id=product_id, quantity=quantity)
            )

    @rule(which=_ANY, quantity=st.integers(min_value=1, max_value=3), cod=st.booleans())
    def buys(self, which: int, quantity: int, cod: bool) -> None:  # noqa: FBT001 (drawn by name)
        self.fills_the_cart(which, quantity)
        with refusals():
            placed = self.place(
                PlaceOrderCommand(
                    user_id=self.user_id,
                    address_id=self.address_id,
                    payment_method=PaymentMethod.COD if cod else PaymentMethod.ONLINE,
                )
            )
            self.orders.append(placed.id)

    @rule(pays=st.booleans())
    def checks_out_in_one_step(self, pays: bool) -> None:  # noqa: FBT001 (drawn by name)
        command = StartCheckoutCommand(user_id=self.user_id, address_id=self.address_id)
        with refusals():
            intent = self.desk.check_out(command)
            if intent.order_id not in self.orders:
                self.orders.append(intent.order_id)
            if pays:
                self.shop.provider.pay(intent.reference)

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, pays=st.booleans())
    def asks_to_pay(self, which: int, pays: bool) -> None:  # noqa: FBT001 (drawn by name)
        with refusals():
            intent = self.desk.intent(self.user_id, self._order(which))
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
    def uses_a_card(self, which: int, outcome: PaymentStatus) -> None:
        reference = self._intent(which)
        with refusals():
            if reference is not None:
                self.shop.provider.pay(reference, outcome)

    @precondition(lambda self: self.orders)
    @rule(which=_ANY)
    def calls_it_off(self, which: int) -> None:
        with refusals():
            self.desk.call_off(self._order(which))

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, line=_ANY)
    def calls_one_line_off(self, which: int, line: int) -> None:
        order = self.desk.order(self._order(which))
        command = CancelItemCommand(
            user_id=self.user_id,
            order_id=order.id,
            line_id=order.lines[line % len(order.lines)].id,
            reason="Too many",
        )
        with refusals():
            self.cancel_item(command)

    @precondition(lambda self: self.orders)
    @rule(which=_ANY)
    def wants_it_all_back(self, which: int) -> None:
        with refusals():
            self.desk.request_refund(
                RequestRefundCommand(user_id=self.user_id, order_id=self._order(which))
            )

    # -- staff -------------------------------------------------------------------------------

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, amount=_MONEY)
    def give_a_part_back(self, which: int, amount: int) -> None:
        with refusals():
            self.desk.request_refund(
                RequestRefundCommand(
                    user_id=self.user_id,
                    order_id=self._order(which),
                    as_staff=True,
                    amount=str(Money(amount, "INR")),
                )
            )

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, line=_ANY, quantity=st.integers(min_value=1, max_value=2))
    def give_units_back(self, which: int, line: int, quantity: int) -> None:
        order = self.desk.order(self._order(which))
        units = RefundedUnits(line_id=order.lines[line % len(order.lines)].id, quantity=quantity)
        with refusals():
            self.desk.request_refund(
                RequestRefundCommand(
                    user_id=self.user_id, order_id=order.id, as_staff=True, units=[units]
                )
            )

    @precondition(lambda self: self.orders)
    @rule(which=_ANY, step=st.sampled_from(["pack", "ship", "deliver"]))
    def fulfil(self, which: int, step: str) -> None:
        order_id = self._order(which)
        with refusals():
            if step == "pack":
                self.pack(StartProcessingCommand(staff=SYSTEM, order_id=order_id))
            elif step == "ship":
                self.ship(
                    ShipOrderCommand(
                        staff=SYSTEM, order_id=order_id, carrier="Post", tracking_number="1Z"
                    )
                )
            else:
                self.deliver(DeliverOrderCommand(staff=SYSTEM, order_id=order_id))

    # -- the provider ------------------------------------------------------------------------

    @rule(begins=st.sampled_from([RefundStatus.SUCCEEDED, RefundStatus.PENDING]))
    def refunds_take_their_time(self, begins: RefundStatus) -> None:
        self.shop.provider.refunds_begin = begins

    @rule(which=_ANY, fails=st.booleans())
    def a_bank_answers(self, which: int, fails: bool) -> None:  # noqa: FBT001 (drawn by name)
        reference = self._intent(which)
        refunds = books_of(self.shop.provider, reference).refunds if reference else ()
        ends = {RefundStatus.PENDING: {RefundStatus.SUCCEEDED, RefundStatus.FAILED}}
        # Where money of a closed order comes back from a bank, only people can go on.
        late = reference is not None and self._is_late(reference)
        end = RefundStatus.FAILED if fails and not late else RefundStatus.SUCCEEDED
        for refund in refunds:
            if end in ends.get(refund.status, {RefundStatus.FAILED} - {refund.status}):
                self.shop.provider.settle_refund(str(reference), refund.reference, end)
                return

    @rule(which=_ANY, amount=_MONEY)
    def refund_in_the_dashboard(self, which: int, amount: int) -> None:
        reference = self._intent(which)
        with refusals():
            if reference is not None:
                self.shop.provider.refund_in_dashboard(reference, Money(amount, "INR"))

    @rule(which=_ANY, later=st.sampled_from([DisputeStatus.WON, DisputeStatus.LOST]))
    def dispute(self, which: int, later: DisputeStatus) -> None:
        reference = self._intent(which)
        report = books_of(self.shop.provider, reference) if reference else None
        if report is None or report.payment is None or not report.payment.captured:
            return
        status = later if report.disputes else DisputeStatus.NEEDS_RESPONSE
        if not report.disputes or report.disputes[0].status is DisputeStatus.NEEDS_RESPONSE:
            self.shop.provider.dispute(report.reference, status)

    @rule(which=_ANY)
    def an_event_arrives(self, which: int) -> None:
        """Any that was ever written: late, again, before an earlier one, or for long not."""
        self.post.collect()
        if self.post.written:
            letter = self.post.written[which % len(self.post.written)]
            self.desk.told(letter.kind, letter.thing, id=letter.id, at=letter.created)

    @rule()
    def the_latest_event_arrives(self) -> None:
        self.an_event_arrives(-1)

    # -- time and the worker -----------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 2, 5, 60, 1200]))
    def time_passes(self, seconds: int) -> None:
        self.post.collect()
        self.shop.clock.move(seconds=seconds)

    @rule()
    def orders_expire(self) -> None:
        self.desk.expire_orders()

    @rule()
    def the_worker_works(self) -> None:
        self.shop.react()

    @rule(force=st.booleans())
    def reconcile(self, force: bool) -> None:  # noqa: FBT001 (drawn by name)
        self.desk.reconciled(force=force, back=timedelta(days=1))

    # -- what must be true -------------------------------------------------------------------

    @invariant()
    def the_books_hold(self) -> None:
        self.post.collect()
        self.shop.assert_sound()

    @invariant()
    def nothing_went_wrong(self) -> None:
        assert self.complaints.heard == []

    def teardown(self) -> None:
        logging.getLogger("novacart").removeHandler(self.complaints)
        try:
            if self.products:
                self.shop.clock.move(minutes=40)
                for _ in range(2):
                    self.desk.expire_orders()
                    self.shop.react()
                    self.desk.handle_events()
                    self.desk.reconciled(force=True, back=timedelta(days=1))
                self.shop.react()
                self.shop.assert_sound()
                self.shop.assert_settled()
        finally:
            self.shop.close()

    def _order(self, which: int) -> OrderId:
        return self.orders[which % len(self.orders)]

    def _is_late(self, reference: str) -> bool:
        with self.desk.begin() as work:
            place = work.payments.by_reference(reference)
            return place is not None and work.orders.get(place.order_id).paid_at is None

    def _intent(self, which: int) -> str | None:
        known = [told.reference for told in self.shop.provider.payments_since(BEGINNING)]
        return known[which % len(known)] if known else None
