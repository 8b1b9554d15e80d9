"""Races over payments: one intent, one capture and one e-mail an order."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Barrier

import pytest

from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.open_payment import OpenPaymentCommand
from novacart.application.ports.payment_gateway import GatewayRefused, OpenPaymentRequest
from novacart.application.ports.payments import PaymentLocator
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.ordering.errors import EmptyCart, PaidOrderCannotBeCancelled
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.payments.errors import OrderNotPayable
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.shared.ids import OrderId, PaymentId, UserId
from tests.support.race_harness import RaceHarness
from tests.support.races import errors_of, run_concurrently
from tests.support.stripe_objects import intent_object


def unpaid_order(race: RaceHarness) -> tuple[UserId, OrderId]:
    """Place an order of 241 rupees."""
    user_id, _ = race.payments.customer()
    return user_id, race.payments.place_order(user_id, {race.payments.product(price=241): 1})


def pay(race: RaceHarness, reference: str) -> None:
    with suppress(GatewayRefused):
        race.provider.pay(reference)


def assert_one_capture(race: RaceHarness, order_id: OrderId) -> None:
    (intent,) = race.intents()
    assert intent.payment is not None
    assert intent.payment.captured == race.payments.order(order_id).total
    assert race.status_changes(order_id) == ["PAID"]


def test_concurrent_payments_of_one_order_make_one_intent_and_one_capture(
    race: RaceHarness,
) -> None:
    user_id, order_id = unpaid_order(race)
    count = race.timing.limit(50)
    command = OpenPaymentCommand(user_id=user_id, order_id=order_id)
    intents = race.run_concurrently([partial(race.payments.open_payment, command)] * count)
    assert errors_of(intents) == []
    (reference,) = {intent.reference for intent in intents if not isinstance(intent, Exception)}
    race.run_concurrently([partial(pay, race, reference)] * count)
    race.settle()
    assert_one_capture(race, order_id)


def test_naive_intent_opened_before_commit_charges_twice(
    race: RaceHarness,
) -> None:
    """Negative control: a key for each request, and the payment recorded after the call."""
    _, order_id = unpaid_order(race)
    neither_has_opened = Barrier(2)

    def open_and_pay(key: str) -> None:
        order = race.payments.order(order_id)
        with race.payments.begin() as work:
            assert work.payments.of_order(order_id) is None
        neither_has_opened.wait(60)
        request = OpenPaymentRequest(
            payment_id=PaymentId(9_000),
            order_id=order_id,
            order_number=order.number,
            amount=order.total,
            email=order.email,
            key=key,
        )
        pay(race, race.provider.open_payment(request).reference)

    assert errors_of(run_concurrently([partial(open_and_pay, key) for key in ("one", "two")])) == []
    with pytest.raises(ValueError, match="too many values"):
        assert_one_capture(race, order_id)
    with pytest.raises(AssertionError, match="belongs to no order"):
        race.assert_invariants_hold()


def settle_by_lookup(race: RaceHarness, order_id: OrderId) -> None:
    """Look the payment up at the provider and apply the report."""
    payment = race.payments.payment(order_id)
    report = race.provider.retrieve(payment.reference or "")
    assert report is not None
    race.payments.recorder.apply_report(report, locator=PaymentLocator.of(payment))


def assert_paid_once(race: RaceHarness, order_id: OrderId) -> None:
    race.work()
    assert race.status_changes(order_id) == ["PAID"]
    assert race.emails(order_id) == {"confirmation": 1}


def test_concurrent_lookup_webhook_and_reconciliation_record_one_payment(race: RaceHarness) -> None:
    user_id, order_id = unpaid_order(race)
    reference = race.payments.intent(user_id, order_id).reference
    race.provider.pay(reference)
    intent = intent_object(race.provider, reference)
    calls: list[Callable[[], object]] = [
        partial(settle_by_lookup, race, order_id),
        partial(race.payments.send_event, "payment_intent.succeeded", intent, id="evt_same"),
        partial(race.payments.send_event, "payment_intent.succeeded", intent),
        partial(race.payments.run_reconciliation, force=True),
    ]
    outcomes = race.run_concurrently(calls * (race.timing.limit(24) // len(calls)))
    assert errors_of(outcomes) == []
    assert_paid_once(race, order_id)


def test_naive_payment_of_stale_order_confirms_twice(race: RaceHarness) -> None:
    """Negative control: read the order before the transaction that pays it."""
    user_id, order_id = unpaid_order(race)
    race.payments.intent(user_id, order_id)
    both_read = Barrier(2)

    def confirm() -> None:
        order = race.payments.order(order_id)
        order.pay(at=race.clock.now(), actor="stripe")
        both_read.wait(60)
        with race.payments.begin() as work:
            order.version = work.orders.get(order_id).version
            work.orders.save(order)
            work.commit()

    assert errors_of(run_concurrently([confirm] * 2)) == []
    with pytest.raises(AssertionError, match="confirmation"):
        assert_paid_once(race, order_id)
    with pytest.raises(AssertionError, match=r"2 order\.confirmed events"):
        race.assert_invariants_hold()


def close(race: RaceHarness, order_id: OrderId, closed_by: str) -> None:
    """Cancel the order as a customer, or expire it."""
    if closed_by == "customer":
        race.payments.cancel_order(order_id)
    else:
        race.payments.expire_orders()


def assert_one_outcome(race: RaceHarness, order_id: OrderId) -> str:
    """Assert that the order is paid, or cancelled and refunded in full; return its status."""
    (status,) = race.status_changes(order_id)
    assert race.payments.order(order_id).status == status
    expected = race.payments.order(order_id).total.amount if status == "PAID" else 0
    assert race.net_captured == expected
    return status


@pytest.mark.parametrize("closed_by", ["customer", "time"])
def test_order_closed_during_payment_is_paid_or_refunded(race: RaceHarness, closed_by: str) -> None:
    user_id, order_id = unpaid_order(race)
    reference = race.payments.intent(user_id, order_id).reference
    race.clock.move(minutes=31 if closed_by == "time" else 1)

    def pay_and_notify() -> None:
        race.provider.pay(reference)
        intent = intent_object(race.provider, reference)
        race.payments.send_event("payment_intent.succeeded", intent)

    close_order = partial(close, race, order_id, closed_by)
    reconcile = partial(race.payments.run_reconciliation, force=True)
    calls: list[Callable[[], object]] = [pay_and_notify, close_order, race.work, reconcile]
    outcomes = race.run_concurrently(calls)
    assert {type(error) for error in errors_of(outcomes)} <= {
        GatewayRefused,
        PaidOrderCannotBeCancelled,
    }
    race.settle()
    assert assert_one_outcome(race, order_id) in {"PAID", "CANCELLED"}


def test_checkout_that_is_ordered_during_its_payment_is_paid_or_refunded(race: RaceHarness) -> None:
    """An order of the whole cart replaces the unpaid one, whose payment may be on its way."""
    payments = race.payments
    user_id, address_id = payments.customer()
    product = payments.product(price=100, stock=2)
    payments.fill_cart(user_id, {product: 2})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    reference = payments.check_out(command).reference
    first = _locate(race, reference).order_id

    def pay_and_notify() -> None:
        race.provider.pay(reference)
        payments.send_event("payment_intent.succeeded", intent_object(race.provider, reference))

    placed: list[OrderId] = []

    def order() -> None:
        placed.append(payments.place(user_id, address_id, PaymentMethod.ONLINE))

    reconcile = partial(payments.run_reconciliation, force=True)
    calls: list[Callable[[], object]] = [pay_and_notify, order, order, race.work, reconcile]
    outcomes = race.run_concurrently(calls)
    assert {type(error) for error in errors_of(outcomes)} <= {GatewayRefused, EmptyCart}
    race.settle()
    assert assert_one_outcome(race, first) == ("CANCELLED" if placed else "PAID")
    assert len(placed) <= 1
    # The second order is not paid yet. Either of them has both units.
    assert race.net_captured == (0 if placed else 200_00)
    assert payments.available(product) == 0
    with payments.begin() as work:
        assert not work.carts.of(user_id).lines


@pytest.mark.parametrize(
    ("closed_by", "paid"), [("customer", "before"), ("customer", "after"), ("time", "after")]
)
def test_late_payment_is_refunded_once(race: RaceHarness, closed_by: str, paid: str) -> None:
    """The shop learns of the payment after it has closed the order.

    An order that is paid before does not expire, since its expiry asks the provider.
    """
    user_id, order_id = unpaid_order(race)
    reference = race.payments.intent(user_id, order_id).reference
    race.clock.move(minutes=31)
    if paid == "before":
        race.provider.pay(reference)
    close(race, order_id, closed_by)
    if paid == "after":
        race.provider.pay(reference)
    intent = intent_object(race.provider, reference)
    calls: list[Callable[[], object]] = [
        partial(settle_by_lookup, race, order_id),
        partial(race.payments.send_event, "payment_intent.succeeded", intent),
        partial(race.payments.run_reconciliation, force=True),
        race.work,
    ]
    assert errors_of(race.run_concurrently(calls * (race.timing.limit(16) // len(calls)))) == []
    race.settle()
    assert assert_one_outcome(race, order_id) == "CANCELLED"
    (refund,) = race.payments.payment(order_id).refunds
    assert refund.amount == race.payments.order(order_id).total
    assert race.emails(order_id)[f"late-payment-{refund.id}"] == 1


def test_naive_cancellation_of_stale_order_keeps_the_money(race: RaceHarness) -> None:
    """Negative control: the order is read, paid by a webhook, and then saved as cancelled."""
    user_id, order_id = unpaid_order(race)
    reference = race.payments.intent(user_id, order_id).reference
    order = race.payments.order(order_id)
    order.cancel(reason="Cancelled by the customer.", at=race.clock.now(), actor="user:1")
    race.provider.pay(reference)
    race.payments.send_event("payment_intent.succeeded", intent_object(race.provider, reference))
    with race.payments.begin() as work:
        order.version = work.orders.get(order_id).version
        work.orders.save(order)
        work.commit()
    race.settle()
    with pytest.raises(AssertionError):
        assert_one_outcome(race, order_id)
    with pytest.raises(AssertionError, match="one capture"):
        race.assert_invariants_hold()


def test_cart_changed_during_checkout_is_paid_as_ordered(
    race: RaceHarness,
) -> None:
    payments = race.payments
    user_id, address_id = payments.customer()
    first, second = payments.product(price=100, stock=1000), payments.product(price=50, stock=1000)
    payments.fill_cart(user_id, {first: 1})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)

    add = AddToCart(
        begin=payments.begin, clock=payments.clock, policy=CartPolicy(max_per_line=1000)
    )

    def change() -> None:
        add(AddToCartCommand(user_id=user_id, product_id=second))

    def check_out_and_pay() -> None:
        with suppress(OrderNotPayable):
            pay(race, payments.check_out(command).reference)

    many = race.timing.limit(16) // 2
    reconcile = partial(payments.run_reconciliation, force=True)
    outcomes = race.run_concurrently(
        [change] * many + [check_out_and_pay] * many + [reconcile, reconcile]
    )
    assert {type(error) for error in errors_of(outcomes)} <= {EmptyCart}
    race.settle()
    paid = 0
    for intent in race.intents():
        assert intent.payment is not None
        if intent.payment.status is not PaymentStatus.SUCCEEDED:
            continue
        locator = _locate(race, intent.reference)
        order = payments.order(locator.order_id)
        total = sum(line.unit_price.amount * line.quantity for line in order.lines)
        assert total == order.total.amount == intent.payment.captured.amount
        paid += race.status_changes(locator.order_id) == ["PAID"]
    assert paid
    with payments.begin() as work:
        in_cart = sum(line.quantity for line in work.carts.of(user_id).lines)
    assert in_cart <= many + 1


def _locate(race: RaceHarness, reference: str) -> PaymentLocator:
    with race.payments.begin() as work:
        locator = work.payments.by_reference(reference)
    assert locator is not None
    return locator
