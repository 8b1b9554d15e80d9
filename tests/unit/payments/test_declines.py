"""Declined payments are counted and bounded."""

from datetime import timedelta

import pytest

from novacart.application.payments.cancel_payment import CancelPaymentCommand
from novacart.application.payments.policy import DeclinePolicy
from novacart.application.ports.payments import PaymentLocator
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.errors import OrderNotPayable, TooManyDeclines
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.payments.reports import PaymentReport, ProviderReport
from novacart.domain.shared.ids import OrderId, UserId
from novacart.domain.shared.money import Money
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture


@pytest.fixture
def payments() -> PaymentsFixture:
    clock = SetClock()
    return PaymentsFixture(
        begin=FakeUnitOfWorkFactory(FakeStore()),
        gateway=FakePaymentGateway(clock),
        clock=clock,
        declines=DeclinePolicy(per_order=3, per_account=5),
    )


def order_with_payment(payments: PaymentsFixture, user_id: UserId) -> OrderId:
    order_id = payments.place_order(user_id, {payments.product(): 1})
    payments.intent(user_id, order_id)
    return order_id


def decline(payments: PaymentsFixture, order_id: OrderId, attempt: str | None) -> None:
    """Report a declined attempt."""
    payment = payments.payment(order_id)
    report = PaymentReport(
        status=PaymentStatus.FAILED,
        amount=payment.amount,
        captured=Money.zero("INR"),
        reported_at=payments.clock.now(),
        failure="Declined.",
        attempt=attempt,
    )
    payments.recorder.apply_report(
        ProviderReport(reference=payment.reference or "", payment=report),
        locator=PaymentLocator.of(payment),
    )


def test_each_attempt_counts_once(payments: PaymentsFixture) -> None:
    """Several attempts may have the same second, and events are repeated."""
    user_id, _ = payments.customer()
    order_id = order_with_payment(payments, user_id)
    for attempt in ("ch_1", "ch_1", "ch_2", "ch_2"):
        decline(payments, order_id, attempt)
    assert payments.payment(order_id).declines == 2
    payments.clock.move(minutes=1)
    decline(payments, order_id, "ch_2")
    assert payments.payment(order_id).declines == 2


def test_attempt_without_id_counts_when_the_status_changes(payments: PaymentsFixture) -> None:
    user_id, _ = payments.customer()
    order_id = order_with_payment(payments, user_id)
    for _ in range(3):
        decline(payments, order_id, None)
        payments.clock.move(minutes=1)
    assert payments.payment(order_id).declines == 1


def test_order_is_cancelled_after_too_many_declines(payments: PaymentsFixture) -> None:
    user_id, _ = payments.customer()
    product = payments.product(stock=5)
    order_id = payments.place_order(user_id, {product: 2})
    payments.intent(user_id, order_id)
    for number in range(2):
        decline(payments, order_id, f"ch_{number}")
    assert payments.order(order_id).status is OrderStatus.PENDING
    payments.intent(user_id, order_id)
    decline(payments, order_id, "ch_2")
    assert payments.order(order_id).status is OrderStatus.CANCELLED
    assert payments.available(product) == 5
    decline(payments, order_id, "ch_3")
    with pytest.raises(OrderNotPayable):
        payments.intent(user_id, order_id)
    payment = payments.payment(order_id)
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    with payments.begin() as work:
        assert work.payments.get(payment.id).status is PaymentStatus.CANCELLED


def test_account_with_too_many_declines_can_start_no_payment_for_a_day(
    payments: PaymentsFixture,
) -> None:
    user_id, _ = payments.customer()
    first, second = (order_with_payment(payments, user_id) for _ in range(2))
    for number in range(2):
        decline(payments, first, f"ch_{number}")
    decline(payments, second, "ch_2")
    decline(payments, second, "ch_3")
    payments.intent(user_id, second)
    third = order_with_payment(payments, user_id)
    decline(payments, third, "ch_4")
    payments.clock.move(minutes=1)
    with pytest.raises(TooManyDeclines) as error:
        payments.intent(user_id, third)
    assert error.value.retry_after == timedelta(days=1).total_seconds() - 60
    other, _ = payments.customer("meera")
    order_with_payment(payments, other)
    payments.clock.move(seconds=error.value.retry_after)
    order_with_payment(payments, user_id)
