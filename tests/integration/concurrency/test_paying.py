"""Everybody wants to be the one who pays the order: one intent, one capture, one letter."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Barrier

import pytest

from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.cart.policy import CartPolicy
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.open_payment import OpenPaymentCommand
from novacart.application.ports.payment_gateway import GatewayRefused, OpenPaymentRequest
from novacart.application.ports.payments import PaymentLocator
from novacart.domain.ordering.errors import EmptyCart, PaidOrderCannotBeCancelled
from novacart.domain.payments.errors import OrderNotPayable
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.shared.ids import OrderId, PaymentId, UserId
from tests.support.race_harness import Trial
from tests.support.races import errors_of, run_concurrently
from tests.support.stripe_objects import intent_object


def waiting(trial: Trial) -> tuple[UserId, OrderId]:
    """An order of 241 rupees that waits for its payment."""
    user_id, _ = trial.desk.customer()
    return user_id, trial.desk.ordered(user_id, {trial.desk.product(price=241): 1})


def pay(trial: Trial, reference: str) -> None:
    with suppress(GatewayRefused):
        trial.provider.pay(reference)


def assert_one_capture(trial: Trial, order_id: OrderId) -> None:
    (intent,) = trial.intents()
    assert intent.payment is not None
    assert intent.payment.captured == trial.desk.order(order_id).total
    assert trial.moves(order_id) == ["PAID"]


def test_an_order_paid_fifty_times_at_once_is_one_intent_and_one_capture(trial: Trial) -> None:
    user_id, order_id = waiting(trial)
    crowd = trial.race_settings.client_count(50)
    command = OpenPaymentCommand(user_id=user_id, order_id=order_id)
    intents = trial.run_concurrently([partial(trial.desk.open_payment, command)] * crowd)
    assert errors_of(intents) == []
    (reference,) = {intent.reference for intent in intents if not isinstance(intent, Exception)}
    trial.run_concurrently([partial(pay, trial, reference)] * crowd)
    trial.settle()
    assert_one_capture(trial, order_id)


def test_a_naive_intent_that_is_asked_for_before_it_is_committed_charges_twice(
    trial: Trial,
) -> None:
    """Negative control: a key for each request, and the record made of the answer."""
    _, order_id = waiting(trial)
    nobody_has_paid_yet = Barrier(2)

    def open_and_pay(key: str) -> None:
        order = trial.desk.order(order_id)
        with trial.desk.begin() as work:
            assert work.payments.of_order(order_id) is None
        nobody_has_paid_yet.wait(10)
        request = OpenPaymentRequest(
            payment_id=PaymentId(9_000),
            order_id=order_id,
            order_number=order.number,
            amount=order.total,
            email=order.email,
            key=key,
        )
        pay(trial, trial.provider.open_payment(request).reference)

    assert errors_of(run_concurrently([partial(open_and_pay, key) for key in ("one", "two")])) == []
    with pytest.raises(ValueError, match="too many values"):
        assert_one_capture(trial, order_id)
    with pytest.raises(AssertionError, match="belongs to no order"):
        trial.assert_sound()


def settled(trial: Trial, order_id: OrderId) -> None:
    """Somebody looked the payment up and says what was found."""
    payment = trial.desk.payment(order_id)
    place = PaymentLocator(user_id=payment.user_id, order_id=order_id, payment_id=payment.id)
    found = trial.provider.retrieve(payment.reference or "")
    assert found is not None
    trial.desk.settle(place, found, actor="system")


def assert_paid_once(trial: Trial, order_id: OrderId) -> None:
    trial.work()
    assert trial.moves(order_id) == ["PAID"]
    assert trial.letters(order_id) == {"confirmation": 1}


def test_confirmation_webhook_and_reconciliation_at_once_are_one_payment(trial: Trial) -> None:
    user_id, order_id = waiting(trial)
    reference = trial.desk.intent(user_id, order_id).reference
    trial.provider.pay(reference)
    told = intent_object(trial.provider, reference)
    acts: list[Callable[[], object]] = [
        partial(settled, trial, order_id),
        partial(trial.desk.told, "payment_intent.succeeded", told, id="evt_same"),
        partial(trial.desk.told, "payment_intent.succeeded", told),
        partial(trial.desk.reconciled, force=True),
    ]
    outcomes = trial.run_concurrently(acts * (trial.race_settings.client_count(24) // len(acts)))
    assert errors_of(outcomes) == []
    assert_paid_once(trial, order_id)


def test_a_naive_payment_of_what_was_read_before_confirms_twice(trial: Trial) -> None:
    """Negative control: looking at the order before the transaction that pays it."""
    user_id, order_id = waiting(trial)
    trial.desk.intent(user_id, order_id)
    both_looked = Barrier(2)

    def confirm() -> None:
        order = trial.desk.order(order_id)
        order.pay(at=trial.clock.now(), actor="stripe")
        both_looked.wait(10)
        with trial.desk.begin() as work:
            order.version = work.orders.get(order_id).version
            work.orders.save(order)
            work.commit()

    assert errors_of(run_concurrently([confirm] * 2)) == []
    with pytest.raises(AssertionError, match="confirmation"):
        assert_paid_once(trial, order_id)
    with pytest.raises(AssertionError, match=r"2 messages order\.confirmed"):
        trial.assert_sound()


def close(trial: Trial, order_id: OrderId, closed_by: str) -> None:
    """Cancel it, or let it expire; whoever paid it was earlier."""
    if closed_by == "customer":
        trial.desk.call_off(order_id)
    else:
        trial.desk.expire_orders()


def assert_one_end(trial: Trial, order_id: OrderId) -> str:
    """Paid and kept, or cancelled and every coin returned."""
    (end,) = trial.moves(order_id)
    assert trial.desk.order(order_id).status == end
    kept = trial.desk.order(order_id).total.amount if end == "PAID" else 0
    assert trial.net_at_provider == kept
    return end


@pytest.mark.parametrize("closed_by", ["customer", "time"])
def test_an_order_that_is_closed_while_it_is_paid_has_one_end(trial: Trial, closed_by: str) -> None:
    user_id, order_id = waiting(trial)
    reference = trial.desk.intent(user_id, order_id).reference
    trial.clock.move(minutes=31 if closed_by == "time" else 1)

    def pay_and_tell() -> None:
        trial.provider.pay(reference)
        told = intent_object(trial.provider, reference)
        trial.desk.told("payment_intent.succeeded", told)

    shut = partial(close, trial, order_id, closed_by)
    ask = partial(trial.desk.reconciled, force=True)
    acts: list[Callable[[], object]] = [pay_and_tell, shut, trial.work, ask]
    outcomes = trial.run_concurrently(acts)
    assert {type(error) for error in errors_of(outcomes)} <= {
        GatewayRefused,
        PaidOrderCannotBeCancelled,
    }
    trial.settle()
    assert assert_one_end(trial, order_id) in {"PAID", "CANCELLED"}


@pytest.mark.parametrize("closed_by", ["customer", "time"])
def test_money_that_comes_after_the_end_goes_back_once(trial: Trial, closed_by: str) -> None:
    user_id, order_id = waiting(trial)
    reference = trial.desk.intent(user_id, order_id).reference
    trial.clock.move(minutes=31)
    trial.provider.pay(reference)
    close(trial, order_id, closed_by)
    told = intent_object(trial.provider, reference)
    acts: list[Callable[[], object]] = [
        partial(settled, trial, order_id),
        partial(trial.desk.told, "payment_intent.succeeded", told),
        partial(trial.desk.reconciled, force=True),
        trial.work,
    ]
    assert (
        errors_of(
            trial.run_concurrently(acts * (trial.race_settings.client_count(16) // len(acts)))
        )
        == []
    )
    trial.settle()
    assert assert_one_end(trial, order_id) == "CANCELLED"
    (refund,) = trial.desk.payment(order_id).refunds
    assert refund.amount == trial.desk.order(order_id).total
    assert trial.letters(order_id)[f"late-payment-{refund.id}"] == 1


def test_a_naive_cancellation_of_what_was_read_before_keeps_the_money(trial: Trial) -> None:
    """Negative control: the order is read, paid meanwhile, and written as cancelled."""
    user_id, order_id = waiting(trial)
    reference = trial.desk.intent(user_id, order_id).reference
    order = trial.desk.order(order_id)
    order.cancel(reason="Cancelled by the customer.", at=trial.clock.now(), actor="user:1")
    trial.provider.pay(reference)
    trial.desk.told("payment_intent.succeeded", intent_object(trial.provider, reference))
    with trial.desk.begin() as work:
        order.version = work.orders.get(order_id).version
        work.orders.save(order)
        work.commit()
    trial.settle()
    with pytest.raises(AssertionError):
        assert_one_end(trial, order_id)
    with pytest.raises(AssertionError, match="one capture"):
        trial.assert_sound()


def test_a_cart_that_is_changed_while_it_is_paid_for_is_paid_as_it_was_ordered(
    trial: Trial,
) -> None:
    desk = trial.desk
    user_id, address_id = desk.customer()
    first, second = desk.product(price=100, stock=1000), desk.product(price=50, stock=1000)
    desk.cart(user_id, {first: 1})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)

    add = AddToCart(begin=desk.begin, clock=desk.clock, policy=CartPolicy(max_per_line=1000))

    def change() -> None:
        add(AddToCartCommand(user_id=user_id, product_id=second))

    def buy() -> None:
        with suppress(OrderNotPayable):
            pay(trial, desk.check_out(command).reference)

    many = trial.race_settings.client_count(16) // 2
    ask = partial(desk.reconciled, force=True)
    outcomes = trial.run_concurrently([change] * many + [buy] * many + [ask, ask])
    assert {type(error) for error in errors_of(outcomes)} <= {EmptyCart}
    trial.settle()
    paid = 0
    for intent in trial.intents():
        assert intent.payment is not None
        if intent.payment.status is not PaymentStatus.SUCCEEDED:
            continue
        place = _place(trial, intent.reference)
        order = desk.order(place.order_id)
        total = sum(line.unit_price.amount * line.quantity for line in order.lines)
        assert total == order.total.amount == intent.payment.captured.amount
        paid += trial.moves(place.order_id) == ["PAID"]
    assert paid
    with desk.begin() as work:
        kept = sum(line.quantity for line in work.carts.of(user_id).lines)
    assert kept <= many + 1


def _place(trial: Trial, reference: str) -> PaymentLocator:
    with trial.desk.begin() as work:
        place = work.payments.by_reference(reference)
    assert place is not None
    return place
