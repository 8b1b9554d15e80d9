"""Everybody wants the money back: no more goes back than was taken."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest

from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.ports.line_refunds import LineRefundRequest
from novacart.application.ports.payment_gateway import GatewayRefused
from novacart.domain.ordering.errors import LineAlreadyCancelled, RefundExceedsOrder
from novacart.domain.ordering.lifecycle import LineStatus
from novacart.domain.payments.errors import NothingToRefund, RefundExceedsPayment, RefundRefused
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import OrderId, RefundId, UserId
from novacart.domain.shared.money import Money
from tests.support.race_harness import Trial
from tests.support.races import errors_of, run_concurrently

TOTAL = 100_00
SIXTY = "60.00"
EXCEEDED = {RefundExceedsOrder, RefundExceedsPayment, NothingToRefund}


def paid(trial: Trial) -> tuple[UserId, OrderId]:
    """Two lines of 50 rupees each, paid."""
    desk = trial.desk
    user_id, _ = desk.customer()
    products = {desk.product(price=50): 1, desk.product(price=25): 2}
    order_id = desk.ordered(user_id, products)
    trial.provider.pay(desk.intent(user_id, order_id).reference)
    desk.reconciled(force=True)
    return user_id, order_id


def assert_given_back_once(trial: Trial, order_id: OrderId, amount: int) -> None:
    refunds = trial.desk.payment(order_id).refunds
    assert [refund.amount.amount for refund in refunds if refund.counts] == [amount]
    assert trial.net_at_provider == TOTAL - amount


@pytest.mark.parametrize("begins", [RefundStatus.SUCCEEDED, RefundStatus.PENDING])
def test_fifty_refunds_of_sixty_percent_at_once_are_one(trial: Trial, begins: RefundStatus) -> None:
    user_id, order_id = paid(trial)
    trial.provider.refunds_begin = begins
    ask = RequestRefundCommand(user_id=user_id, order_id=order_id, as_staff=True, amount=SIXTY)
    crowd = trial.race_settings.client_count(50)
    outcomes = trial.run_concurrently([partial(trial.desk.request_refund, ask)] * crowd)
    assert {type(error) for error in errors_of(outcomes)} <= EXCEEDED
    assert len(errors_of(outcomes)) >= crowd - 1
    assert_given_back_once(trial, order_id, 60_00)


def test_a_naive_refund_of_what_was_left_before_gives_more_than_was_taken(trial: Trial) -> None:
    """Negative control: looking at what is left before the transaction that promises it."""
    _, order_id = paid(trial)
    both_looked = Barrier(2)
    sixty = Money.parse(SIXTY, "INR")

    def refund(number: int) -> None:
        payment = trial.desk.payment(order_id)
        assert payment.left >= sixty
        both_looked.wait(10)
        payment.request_refund(
            id=RefundId(9_000 + number),
            key=f"naive-{number}",
            amount=sixty,
            origin=RefundOrigin.STAFF,
            at=trial.clock.now(),
        )
        with trial.desk.begin() as work:
            payment.version = work.payments.get(payment.id).version
            work.payments.save(payment)
            work.commit()

    assert errors_of(run_concurrently([partial(refund, number) for number in (1, 2)])) == []
    with pytest.raises(AssertionError):
        assert_given_back_once(trial, order_id, 60_00)
    with pytest.raises(AssertionError, match="refunds within capture"):
        trial.assert_sound(settled=False)


def test_the_whole_order_a_line_of_it_and_a_part_at_once_are_within_what_was_paid(
    trial: Trial,
) -> None:
    user_id, order_id = paid(trial)
    line = trial.desk.order(order_id).lines[0]
    whole = RequestRefundCommand(user_id=user_id, order_id=order_id)
    part = RequestRefundCommand(user_id=user_id, order_id=order_id, as_staff=True, amount="30.00")
    one_line = LineRefundRequest(
        user_id=user_id,
        order_id=order_id,
        line_id=line.id,
        reason="Too many",
        idempotency_key=None,
    )
    acts: list[Callable[[], object]] = [
        partial(trial.desk.request_refund, whole),
        partial(trial.desk.request_refund, part),
        partial(trial.desk.refund_line, one_line),
        partial(trial.desk.reconciled, force=True),
    ]
    trial.run_concurrently(acts * (trial.race_settings.client_count(24) // len(acts)))
    trial.settle()
    given = sum(refund.amount.amount for refund in trial.desk.payment(order_id).refunds)
    assert 0 < given <= TOTAL
    assert trial.net_at_provider == TOTAL - given


def test_one_line_called_off_many_times_at_once_is_refunded_once(trial: Trial) -> None:
    user_id, order_id = paid(trial)
    line = trial.desk.order(order_id).lines[1]
    request = LineRefundRequest(
        user_id=user_id,
        order_id=order_id,
        line_id=line.id,
        reason="Too many",
        idempotency_key=None,
    )
    crowd = trial.race_settings.client_count(30)
    outcomes = trial.run_concurrently([partial(trial.desk.refund_line, request)] * crowd)
    assert {type(error) for error in errors_of(outcomes)} <= {LineAlreadyCancelled, *EXCEEDED}
    assert len(errors_of(outcomes)) >= crowd - 1
    assert_given_back_once(trial, order_id, 50_00)
    assert trial.desk.order(order_id).line(line.id).status is LineStatus.REFUNDED
    assert trial.desk.available(line.product_id) == 10


def test_a_refund_in_the_dashboard_and_one_in_the_shop_are_one_at_most(trial: Trial) -> None:
    """Both of 60%: whoever comes second is refused, or is told that it came to nothing."""
    user_id, order_id = paid(trial)
    reference = trial.desk.payment(order_id).reference or ""
    ask = RequestRefundCommand(user_id=user_id, order_id=order_id, as_staff=True, amount=SIXTY)

    def in_dashboard() -> None:
        trial.provider.refund_in_dashboard(reference, Money.parse(SIXTY, "INR"))

    def look_back() -> None:
        trial.desk.reconciled(force=True, back=timedelta(hours=3))

    in_shop = partial(trial.desk.request_refund, ask)
    acts: list[Callable[[], object]] = [in_dashboard, in_shop, look_back, look_back]
    refusals = {type(error) for error in errors_of(trial.run_concurrently(acts))}
    assert refusals <= {GatewayRefused, RefundRefused, *EXCEEDED}
    look_back()
    assert_given_back_once(trial, order_id, 60_00)
