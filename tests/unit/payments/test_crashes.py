"""Reconciliation settles everything after a crash between any two steps."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from novacart.application.payments.cancel_payment import CancelPaymentCommand
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import OrderId, UserId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock
from tests.support.crash_points import Crash, CrashPoints
from tests.support.payments_fixture import PaymentsFixture, customer

MAX_POINTS = 60


class Scenario:
    """A shop whose process ends at one point, and the same shop after a restart."""

    def __init__(self, at: int | None) -> None:
        self.store = FakeStore()
        self.clock = SetClock()
        self.provider = FakePaymentGateway(self.clock)
        self.points = CrashPoints(at)
        begin = FakeUnitOfWorkFactory(self.store)
        self.payments = PaymentsFixture(begin=begin, gateway=self.provider, clock=self.clock)
        self.crashing = PaymentsFixture(
            begin=self.points.begin(begin),
            gateway=self.points.gateway(self.provider),
            clock=self.clock,
        )

    def place_order(self) -> tuple[UserId, OrderId]:
        user_id, _ = self.payments.customer()
        return user_id, self.payments.place_order(
            user_id, {self.payments.product(price=100, stock=5): 2}
        )

    def paid(self) -> tuple[UserId, OrderId]:
        user_id, order_id = self.place_order()
        self.provider.pay(self.payments.intent(user_id, order_id).reference)
        self.payments.run_reconciliation(force=True)
        return user_id, order_id

    def settle(self) -> None:
        """Run the worker for more than a minute."""
        for _ in range(3):
            self.clock.move(seconds=26)
            self.payments.process_events()
            self.payments.run_reconciliation()


def _points(act: Callable[[Scenario], object]) -> list[int]:
    scenario = Scenario(None)
    act(scenario)
    return list(range(len(scenario.points.passed)))


def _open(scenario: Scenario) -> OrderId:
    user_id, order_id = scenario.place_order()
    with suppress(Crash):
        scenario.crashing.intent(user_id, order_id)
    return order_id


def _refund(scenario: Scenario) -> OrderId:
    user_id, order_id = scenario.paid()
    with suppress(Crash):
        scenario.crashing.request_refund(
            RequestRefundCommand(actor=customer(user_id), order_id=order_id)
        )
    return order_id


def _late(scenario: Scenario) -> OrderId:
    user_id, order_id = scenario.place_order()
    scenario.provider.pay(scenario.payments.intent(user_id, order_id).reference)
    scenario.payments.cancel_order(order_id)
    with suppress(Crash):
        scenario.crashing.cancel_payment(CancelPaymentCommand(order_id=order_id))
    with suppress(Crash):
        scenario.crashing.run_reconciliation(force=True)
    return order_id


def _cancel(scenario: Scenario) -> OrderId:
    user_id, order_id = scenario.place_order()
    scenario.payments.intent(user_id, order_id)
    scenario.payments.cancel_order(order_id)
    with suppress(Crash):
        scenario.crashing.cancel_payment(CancelPaymentCommand(order_id=order_id))
    return order_id


@pytest.mark.parametrize("at", _points(_open))
def test_interrupted_opening_of_a_payment_is_completed(at: int) -> None:
    scenario = Scenario(at)
    order_id = _open(scenario)
    scenario.settle()
    user_id = scenario.payments.order(order_id).user_id
    intent = scenario.payments.intent(user_id, order_id)
    opened = list(scenario.provider.payments_since(scenario.clock.now().replace(year=2020)))
    assert [report.reference for report in opened] == [intent.reference]


@pytest.mark.parametrize("at", _points(_refund))
def test_interrupted_refund_is_completed(at: int) -> None:
    scenario = Scenario(at)
    order_id = _refund(scenario)
    scenario.settle()
    payment = scenario.payments.payment(order_id)
    assert len(payment.refunds) <= 1
    assert all(refund.status is RefundStatus.SUCCEEDED for refund in payment.refunds)
    assert scenario.provider.net_captured() == {"INR": payment.refundable.amount}
    is_refunded = bool(payment.refunds)
    assert (scenario.payments.order(order_id).status is OrderStatus.REFUNDED) == is_refunded
    assert scenario.payments.order(order_id).refunded == payment.refunded


@pytest.mark.parametrize("at", _points(_late))
def test_interrupted_refund_of_a_late_payment_is_completed(at: int) -> None:
    scenario = Scenario(at)
    order_id = _late(scenario)
    scenario.clock.move(minutes=3)
    scenario.settle()
    (refund,) = scenario.payments.payment(order_id).refunds
    assert refund.status is RefundStatus.SUCCEEDED
    assert scenario.provider.net_captured() == {"INR": 0}


@pytest.mark.parametrize("at", _points(_cancel))
def test_interrupted_cancellation_of_a_payment_is_completed(at: int) -> None:
    scenario = Scenario(at)
    order_id = _cancel(scenario)
    # The outbox delivers the event again until its handler succeeds.
    scenario.payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    scenario.settle()
    (report,) = scenario.provider.payments_since(scenario.clock.now().replace(year=2020))
    assert report.payment is not None
    assert report.payment.status is PaymentStatus.CANCELLED
    with scenario.payments.begin() as work:
        assert work.payments.of_order(order_id) is None


def test_each_scenario_has_crash_points() -> None:
    assert all(2 < len(_points(act)) < MAX_POINTS for act in (_open, _refund, _late, _cancel))


def test_refund_that_is_sent_before_the_commit_is_lost() -> None:
    """Negative control."""
    scenario = Scenario(None)
    _, order_id = scenario.paid()
    points = CrashPoints(0)
    with suppress(Crash, DomainError):
        report = scenario.provider.retrieve(scenario.payments.payment(order_id).reference or "")
        assert report is not None
        scenario.provider.refund_in_dashboard(
            report.reference, scenario.payments.order(order_id).total
        )
        points.begin(scenario.payments.begin)().commit()
    scenario.settle()
    assert scenario.provider.net_captured() != {
        "INR": scenario.payments.payment(order_id).refundable.amount
    }
