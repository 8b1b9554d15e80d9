"""Races over refunds: no more is refunded than was captured."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest

from novacart.application.authorization.actor import SYSTEM, Actor
from novacart.application.authorization.limits import AboveYourLimit
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.ordering.return_goods import (
    ReceiveReturnedGoods,
    ReceiveReturnedGoodsCommand,
)
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.ports.line_refunds import LineRefundRequest
from novacart.application.ports.payment_gateway import GatewayRefused
from novacart.domain.accounts.role import Role
from novacart.domain.ordering.errors import (
    LineAlreadyCancelled,
    NotReturnable,
    RefundExceedsOrder,
    RefundExceedsUnits,
)
from novacart.domain.ordering.lifecycle import LineStatus
from novacart.domain.payments.errors import NothingToRefund, RefundExceedsPayment, RefundRefused
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import OrderId, RefundId, UserId
from novacart.domain.shared.money import Money
from tests.support.builders.ordering import STAFF_LIMITS
from tests.support.payments_fixture import AS_STAFF, customer, owner
from tests.support.race_harness import RaceHarness
from tests.support.races import errors_of, run_concurrently

TOTAL = 100_00
SIXTY = "60.00"
EXCEEDED = {RefundExceedsOrder, RefundExceedsUnits, RefundExceedsPayment, NothingToRefund}


def paid_order(race: RaceHarness) -> tuple[UserId, OrderId]:
    """Place and pay an order of two lines of 50 rupees each."""
    payments = race.payments
    user_id, _ = payments.customer()
    products = {payments.product(price=50): 1, payments.product(price=25): 2}
    order_id = payments.place_order(user_id, products)
    race.provider.pay(payments.intent(user_id, order_id).reference)
    payments.run_reconciliation(force=True)
    return user_id, order_id


def assert_refunded_once(race: RaceHarness, order_id: OrderId, amount: int) -> None:
    refunds = race.payments.payment(order_id).refunds
    assert [refund.amount.amount for refund in refunds if refund.is_effective] == [amount]
    assert race.net_captured == TOTAL - amount


@pytest.mark.parametrize("initial_status", [RefundStatus.SUCCEEDED, RefundStatus.PENDING])
def test_concurrent_refunds_of_sixty_percent_make_one_refund(
    race: RaceHarness, initial_status: RefundStatus
) -> None:
    user_id, order_id = paid_order(race)
    race.provider.refunds_begin = initial_status
    command = RequestRefundCommand(actor=owner(user_id), order_id=order_id, amount=SIXTY)
    count = race.timing.limit(50)
    outcomes = race.run_concurrently([partial(race.payments.request_refund, command)] * count)
    assert {type(error) for error in errors_of(outcomes)} <= EXCEEDED
    assert len(errors_of(outcomes)) >= count - 1
    assert_refunded_once(race, order_id, 60_00)


def test_naive_refund_of_stale_balance_exceeds_the_capture(
    race: RaceHarness,
) -> None:
    """Negative control: read the refundable amount before the transaction that records."""
    _, order_id = paid_order(race)
    both_read = Barrier(2)
    sixty = Money.parse(SIXTY, "INR")

    def refund(number: int) -> None:
        payment = race.payments.payment(order_id)
        assert payment.refundable >= sixty
        both_read.wait(60)
        payment.request_refund(
            id=RefundId(9_000 + number),
            key=f"naive-{number}",
            amount=sixty,
            origin=RefundOrigin.STAFF,
            at=race.clock.now(),
        )
        with race.payments.begin() as work:
            payment.version = work.payments.get(payment.id).version
            work.payments.save(payment)
            work.commit()

    assert errors_of(run_concurrently([partial(refund, number) for number in (1, 2)])) == []
    with pytest.raises(AssertionError):
        assert_refunded_once(race, order_id, 60_00)
    with pytest.raises(AssertionError, match="refund limits"):
        race.assert_invariants_hold(settled=False)


def test_concurrent_full_line_and_partial_refunds_stay_within_the_capture(
    race: RaceHarness,
) -> None:
    user_id, order_id = paid_order(race)
    line = race.payments.order(order_id).lines[0]
    whole = RequestRefundCommand(actor=customer(user_id), order_id=order_id)
    part = RequestRefundCommand(actor=owner(user_id), order_id=order_id, amount="30.00")
    one_line = LineRefundRequest(
        user_id=user_id,
        order_id=order_id,
        line_id=line.id,
        reason="Too many",
        idempotency_key=None,
    )
    calls: list[Callable[[], object]] = [
        partial(race.payments.request_refund, whole),
        partial(race.payments.request_refund, part),
        partial(race.payments.refund_order_line, one_line),
        partial(race.payments.run_reconciliation, force=True),
    ]
    race.run_concurrently(calls * (race.timing.limit(24) // len(calls)))
    race.settle()
    refunded = sum(refund.amount.amount for refund in race.payments.payment(order_id).refunds)
    assert 0 < refunded <= TOTAL
    assert race.net_captured == TOTAL - refunded


def test_concurrent_cancellations_of_one_line_refund_it_once(race: RaceHarness) -> None:
    user_id, order_id = paid_order(race)
    line = race.payments.order(order_id).lines[1]
    request = LineRefundRequest(
        user_id=user_id,
        order_id=order_id,
        line_id=line.id,
        reason="Too many",
        idempotency_key=None,
    )
    count = race.timing.limit(30)
    outcomes = race.run_concurrently([partial(race.payments.refund_order_line, request)] * count)
    assert {type(error) for error in errors_of(outcomes)} <= {LineAlreadyCancelled, *EXCEEDED}
    assert len(errors_of(outcomes)) >= count - 1
    assert_refunded_once(race, order_id, 50_00)
    assert race.payments.order(order_id).line(line.id).status is LineStatus.REFUNDED
    assert race.payments.available(line.product_id) == 10


def test_concurrent_dashboard_and_shop_refunds_make_one_refund(race: RaceHarness) -> None:
    """Both are of 60%, so the second is refused or fails at the provider."""
    user_id, order_id = paid_order(race)
    reference = race.payments.payment(order_id).reference or ""
    command = RequestRefundCommand(actor=owner(user_id), order_id=order_id, amount=SIXTY)

    def in_dashboard() -> None:
        race.provider.refund_in_dashboard(reference, Money.parse(SIXTY, "INR"))

    def reconcile() -> None:
        race.payments.run_reconciliation(force=True, look_back=timedelta(hours=3))

    in_shop = partial(race.payments.request_refund, command)
    calls: list[Callable[[], object]] = [in_dashboard, in_shop, reconcile, reconcile]
    errors = {type(error) for error in errors_of(race.run_concurrently(calls))}
    assert errors <= {GatewayRefused, RefundRefused, *EXCEEDED}
    reconcile()
    assert_refunded_once(race, order_id, 60_00)


def orders_of_a_customer(race: RaceHarness, count: int) -> list[OrderId]:
    """Paid orders of 1,500 rupees; the limit of support is 2,000 a day."""
    payments = race.payments
    user_id, _ = payments.customer()
    placed = []
    for _ in range(count):
        order_id = payments.place_order(user_id, {payments.product(price=1500): 1})
        race.provider.pay(payments.intent(user_id, order_id).reference)
        placed.append(order_id)
    payments.run_reconciliation(force=True)
    return placed


def assert_refunded_within_limit(race: RaceHarness, placed: Sequence[OrderId]) -> None:
    assert sum(len(race.payments.payment(order_id).refunds) for order_id in placed) == 1


def test_concurrent_refunds_by_support_stay_within_its_limit_of_a_day(race: RaceHarness) -> None:
    placed = orders_of_a_customer(race, 4)
    support = Actor(user_id=race.payments.customer("meera")[0], role=Role.SUPPORT)
    commands = [RequestRefundCommand(actor=support, order_id=order_id) for order_id in placed]
    outcomes = race.run_concurrently(
        [partial(race.payments.request_refund, command) for command in commands]
    )
    assert [type(error) for error in errors_of(outcomes)] == [AboveYourLimit] * 3
    assert_refunded_within_limit(race, placed)


def test_naive_limit_that_locks_no_staff_is_exceeded(race: RaceHarness) -> None:
    """Negative control: add up the refunds of the day before the transaction that refunds."""
    placed = orders_of_a_customer(race, 2)
    payments = race.payments
    support = payments.customer("meera")[0]
    all_read = Barrier(2)

    def refund(order_id: OrderId) -> None:
        with payments.begin() as work:
            since = payments.clock.now() - timedelta(days=1)
            used = Money(work.payments.requested_by(support, since=since), "INR")
        STAFF_LIMITS.ensure_within(Role.SUPPORT, "orders.refund", Money(150_000, "INR"), used=used)
        all_read.wait(60)
        payments.request_refund(RequestRefundCommand(actor=owner(support), order_id=order_id))

    assert errors_of(run_concurrently([partial(refund, each) for each in placed])) == []
    with pytest.raises(AssertionError):
        assert_refunded_within_limit(race, placed)


def test_refunded_goods_received_concurrently_are_in_stock_once(race: RaceHarness) -> None:
    payments = race.payments
    user_id, _ = payments.customer()
    product = payments.product(stock=10)
    order_id = payments.place_order(user_id, {product: 3})
    race.provider.pay(payments.intent(user_id, order_id).reference)
    payments.run_reconciliation(force=True)
    common = {"begin": payments.begin, "clock": payments.clock, "contexts": AS_STAFF}
    StartProcessing(**common)(  # type: ignore[arg-type]
        StartProcessingCommand(staff=SYSTEM, order_id=order_id)
    )
    ShipOrder(**common)(  # type: ignore[arg-type]
        ShipOrderCommand(staff=SYSTEM, order_id=order_id, carrier="P", tracking_number="1")
    )
    payments.request_refund(RequestRefundCommand(actor=owner(user_id), order_id=order_id))
    assert payments.available(product) == 7
    receive = ReceiveReturnedGoods(**common)  # type: ignore[arg-type]
    command = ReceiveReturnedGoodsCommand(staff=SYSTEM, order_id=order_id, reason="back")
    count = race.timing.limit(10)
    outcomes = race.run_concurrently([partial(receive, command)] * count)
    assert [type(error) for error in errors_of(outcomes)] == [NotReturnable] * (count - 1)
    assert payments.available(product) == 10
