"""Whatever dies between two steps, reconciliation brings it to its end."""

from collections.abc import Callable
from contextlib import suppress

import pytest

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
from tests.support.payments_fixture import PaymentDesk

MANY = 60


class Scene:
    """A desk that dies at one point, and the desk that is started after it."""

    def __init__(self, at: int | None) -> None:
        self.store = FakeStore()
        self.clock = SetClock()
        self.provider = FakePaymentGateway(self.clock)
        self.points = CrashPoints(at)
        begin = FakeUnitOfWorkFactory(self.store)
        self.desk = PaymentDesk(begin=begin, gateway=self.provider, clock=self.clock)
        self.mortal = PaymentDesk(
            begin=self.points.begin(begin),
            gateway=self.points.gateway(self.provider),
            clock=self.clock,
        )

    def ordered(self) -> tuple[UserId, OrderId]:
        user_id, _ = self.desk.customer()
        return user_id, self.desk.ordered(user_id, {self.desk.product(price=100, stock=5): 2})

    def paid(self) -> tuple[UserId, OrderId]:
        user_id, order_id = self.ordered()
        self.provider.pay(self.desk.intent(user_id, order_id).reference)
        self.desk.reconciled(force=True)
        return user_id, order_id

    def settle(self) -> None:
        """A minute of the worker."""
        for _ in range(3):
            self.clock.move(seconds=26)
            self.desk.handle_events()
            self.desk.reconciled()


def _points(act: Callable[[Scene], object]) -> list[int]:
    scene = Scene(None)
    act(scene)
    return list(range(len(scene.points.passed)))


def _open(scene: Scene) -> OrderId:
    user_id, order_id = scene.ordered()
    with suppress(Crash):
        scene.mortal.intent(user_id, order_id)
    return order_id


def _refund(scene: Scene) -> OrderId:
    user_id, order_id = scene.paid()
    with suppress(Crash):
        scene.mortal.request_refund(RequestRefundCommand(user_id=user_id, order_id=order_id))
    return order_id


def _late(scene: Scene) -> OrderId:
    user_id, order_id = scene.ordered()
    scene.provider.pay(scene.desk.intent(user_id, order_id).reference)
    scene.desk.call_off(order_id)
    with suppress(Crash):
        scene.mortal.cancel_payment(order_id)
    with suppress(Crash):
        scene.mortal.reconciled(force=True)
    return order_id


def _cancel(scene: Scene) -> OrderId:
    user_id, order_id = scene.ordered()
    scene.desk.intent(user_id, order_id)
    scene.desk.call_off(order_id)
    with suppress(Crash):
        scene.mortal.cancel_payment(order_id)
    return order_id


@pytest.mark.parametrize("at", _points(_open))
def test_a_payment_that_was_being_opened(at: int) -> None:
    scene = Scene(at)
    order_id = _open(scene)
    scene.settle()
    user_id = scene.desk.order(order_id).user_id
    intent = scene.desk.intent(user_id, order_id)
    opened = list(scene.provider.payments_since(scene.clock.now().replace(year=2020)))
    assert [report.reference for report in opened] == [intent.reference]


@pytest.mark.parametrize("at", _points(_refund))
def test_a_refund_that_was_being_made(at: int) -> None:
    scene = Scene(at)
    order_id = _refund(scene)
    scene.settle()
    payment = scene.desk.payment(order_id)
    assert len(payment.refunds) <= 1
    assert all(refund.status is RefundStatus.SUCCEEDED for refund in payment.refunds)
    assert scene.provider.net_captured() == {"INR": payment.left.amount}
    promised = bool(payment.refunds)
    assert (scene.desk.order(order_id).status is OrderStatus.REFUNDED) == promised
    assert scene.desk.order(order_id).refunded == payment.refunded


@pytest.mark.parametrize("at", _points(_late))
def test_late_money_that_was_being_returned(at: int) -> None:
    scene = Scene(at)
    order_id = _late(scene)
    scene.clock.move(minutes=3)
    scene.settle()
    (refund,) = scene.desk.payment(order_id).refunds
    assert refund.status is RefundStatus.SUCCEEDED
    assert scene.provider.net_captured() == {"INR": 0}


@pytest.mark.parametrize("at", _points(_cancel))
def test_a_payment_that_was_being_cancelled(at: int) -> None:
    scene = Scene(at)
    order_id = _cancel(scene)
    # The outbox hands the event over again until its reaction is done.
    scene.desk.cancel_payment(order_id)
    scene.settle()
    (report,) = scene.provider.payments_since(scene.clock.now().replace(year=2020))
    assert report.payment is not None
    assert report.payment.status is PaymentStatus.CANCELLED
    with scene.desk.begin() as work:
        assert work.payments.of_order(order_id) is None


def test_each_scene_has_points_to_die_at() -> None:
    assert all(2 < len(_points(act)) < MANY for act in (_open, _refund, _late, _cancel))


def test_a_refund_that_is_sent_before_it_is_committed_is_lost() -> None:
    """The naive way round: what is shown above would not hold for it."""
    scene = Scene(None)
    user_id, order_id = scene.paid()
    points = CrashPoints(0)
    with suppress(Crash, DomainError):
        report = scene.provider.retrieve(scene.desk.payment(order_id).reference or "")
        assert report is not None
        scene.provider.refund_in_dashboard(report.reference, scene.desk.order(order_id).total)
        points.begin(scene.desk.begin)().commit()
    scene.settle()
    assert scene.provider.net_captured() != {"INR": scene.desk.payment(order_id).left.amount}
    assert user_id
