"""From an order that waits for its money to one that is paid."""

import pytest

from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.open_payment import OpenPaymentCommand
from novacart.application.ports.payment_gateway import GatewayUnavailable, ProviderReport
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.ordering.lifecycle import LineStatus, OrderStatus
from novacart.domain.payments.errors import OrderNotPayable
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import OrderId, UserId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.support.builders.ordering import rupees
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentDesk


def _pending(desk: PaymentDesk, *, stock: int = 10) -> tuple[UserId, OrderId]:
    user_id, _ = desk.customer()
    return user_id, desk.ordered(user_id, {desk.product(price=241, stock=stock): 1})


def test_a_pending_order_gets_one_intent_however_often_it_is_asked_for(
    desk: PaymentDesk, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending(desk)
    first = desk.intent(user_id, order_id)
    assert first == desk.intent(user_id, order_id)
    assert first.amount == rupees(241)
    assert first.reference
    assert first.client_secret
    assert first.publishable_key == provider.publishable_key
    assert len(list(provider.payments_since(desk.payment(order_id).created_at))) == 1


def test_somebody_elses_order_is_not_there(desk: PaymentDesk) -> None:
    _, order_id = _pending(desk)
    other, _ = desk.customer("ravi")
    with pytest.raises(OrderNotFound):
        desk.intent(other, order_id)


def test_success_pays_the_order_once(
    desk: PaymentDesk, provider: FakePaymentGateway, store: FakeStore
) -> None:
    user_id, order_id = _pending(desk)
    reference = desk.intent(user_id, order_id).reference
    provider.pay(reference)
    for _ in range(3):
        desk.reconciled(force=True)
    order = desk.order(order_id)
    assert order.status is OrderStatus.PAID
    assert [line.status for line in order.lines] == [LineStatus.CONFIRMED]
    assert desk.payment(order_id).captured == order.total
    assert [event.name for event in store.events].count("order.confirmed") == 1
    assert [event.name for event in store.events].count("payment.succeeded") == 1


def test_a_paid_order_is_not_paid_again(desk: PaymentDesk, provider: FakePaymentGateway) -> None:
    user_id, order_id = _pending(desk)
    provider.pay(desk.intent(user_id, order_id).reference)
    desk.reconciled(force=True)
    with pytest.raises(OrderNotPayable):
        desk.intent(user_id, order_id)


def test_a_cancelled_or_overdue_order_can_not_be_paid(desk: PaymentDesk) -> None:
    user_id, order_id = _pending(desk)
    desk.clock.move(minutes=31)
    with pytest.raises(OrderNotPayable):
        desk.intent(user_id, order_id)
    desk.call_off(order_id)
    with pytest.raises(OrderNotPayable):
        desk.intent(user_id, order_id)


def test_a_declined_card_leaves_a_payable_order(
    desk: PaymentDesk, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending(desk)
    intent = desk.intent(user_id, order_id)
    provider.pay(intent.reference, PaymentStatus.FAILED)
    desk.reconciled(force=True)
    assert desk.order(order_id).status is OrderStatus.PENDING
    assert desk.payment(order_id).failure
    assert desk.intent(user_id, order_id).reference == intent.reference


def test_cancelling_an_order_closes_its_payment_at_the_provider(
    desk: PaymentDesk, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending(desk)
    reference = desk.intent(user_id, order_id).reference
    desk.call_off(order_id)
    desk.cancel_payment(order_id)
    desk.cancel_payment(order_id)
    report = provider.retrieve(reference)
    assert report is not None
    assert report.payment is not None
    assert report.payment.status is PaymentStatus.CANCELLED
    with desk.begin() as work:
        assert work.payments.of_order(order_id) is None


def test_the_payment_of_an_order_that_stands_is_left_alone(desk: PaymentDesk) -> None:
    user_id, order_id = _pending(desk)
    desk.intent(user_id, order_id)
    desk.cancel_payment(order_id)
    assert desk.payment(order_id).cancel_key is None


@pytest.mark.parametrize("closed_by", ["customer", "time"])
def test_money_that_comes_late_goes_back_in_full_by_itself(
    desk: PaymentDesk, provider: FakePaymentGateway, store: FakeStore, closed_by: str
) -> None:
    user_id, order_id = _pending(desk, stock=1)
    reference = desk.intent(user_id, order_id).reference
    provider.pay(reference)
    if closed_by == "time":
        desk.clock.move(minutes=31)
        desk.expire_orders()
    else:
        desk.call_off(order_id)
    desk.cancel_payment(order_id)
    payment = desk.payment(order_id)
    assert desk.order(order_id).status is OrderStatus.CANCELLED
    assert payment.status is PaymentStatus.SUCCEEDED
    desk.clock.move(seconds=30)
    desk.reconciled()
    (refund,) = desk.payment(order_id).refunds
    assert refund.status is RefundStatus.SUCCEEDED
    assert refund.origin is RefundOrigin.LATE_PAYMENT
    assert refund.amount == payment.captured
    assert provider.net_captured() == {"INR": 0}
    assert [event.name for event in store.events].count("payment.late_money_received") == 1


def test_one_step_checkout_keeps_the_cart_until_the_payment_succeeds(
    desk: PaymentDesk, provider: FakePaymentGateway
) -> None:
    user_id, address_id = desk.customer()
    product, other = desk.product(), desk.product()
    desk.cart(user_id, {product: 2})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    intent = desk.check_out(command)
    assert desk.check_out(command) == intent
    with desk.begin() as work:
        assert [line.product_id for line in work.carts.of(user_id).lines] == [product]
    provider.pay(intent.reference)
    desk.cart(user_id, {other: 1})
    desk.reconciled(force=True)
    assert desk.order(intent.order_id).status is OrderStatus.PAID
    with desk.begin() as work:
        assert [line.product_id for line in work.carts.of(user_id).lines] == [other]


def test_a_changed_cart_is_another_order_and_the_old_payment_is_closed(
    desk: PaymentDesk, provider: FakePaymentGateway
) -> None:
    user_id, address_id = desk.customer()
    product, other = desk.product(stock=2), desk.product()
    desk.cart(user_id, {product: 2})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    first = desk.check_out(command)
    desk.cart(user_id, {other: 1})
    second = desk.check_out(command)
    assert second.order_id != first.order_id
    assert desk.order(first.order_id).status is OrderStatus.CANCELLED
    desk.cancel_payment(first.order_id)
    report = provider.retrieve(first.reference)
    assert report is not None
    assert report.payment is not None
    assert report.payment.status is PaymentStatus.CANCELLED


def test_the_key_of_a_request_is_fulfilled_with_the_payment(desk: PaymentDesk) -> None:
    user_id, order_id = _pending(desk)
    with desk.begin() as work:
        work.idempotency_keys.claim(user_id, "key-1", fingerprint="f", at=desk.clock.now())
        work.commit()
    view = desk.open_payment(
        OpenPaymentCommand(user_id=user_id, order_id=order_id, idempotency_key="key-1")
    )
    with desk.begin() as work:
        claim, _ = work.idempotency_keys.claim(
            user_id, "key-1", fingerprint="f", at=desk.clock.now()
        )
    assert claim.resource_id == view.payment_id
    assert desk.open_payment.again(user_id, view.payment_id) == view


class SlowProvider(FakePaymentGateway):
    """Out of reach, and half a minute late in saying so."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.set_clock = clock
        self.down = False
        self.calls = 0

    def retrieve(self, reference: str) -> ProviderReport | None:
        self.calls += 1
        if self.down:
            self.set_clock.move(seconds=30)
            raise GatewayUnavailable("It does not answer.")
        return super().retrieve(reference)


def test_a_round_of_reconciliation_ends_though_the_provider_is_out_of_reach(
    desk: PaymentDesk, clock: SetClock
) -> None:
    provider = SlowProvider(clock)
    desk.gateway = provider
    for name in ("asha", "ravi", "meera", "tara"):
        user_id, _ = desk.customer(name)
        desk.intent(user_id, desk.ordered(user_id, {desk.product(): 1}))
    clock.move(minutes=5)
    provider.down = True
    desk.reconciled()
    assert provider.calls == 2
    provider.down = False
    desk.reconciled()
    assert provider.calls == 4
    clock.move(minutes=5)
    desk.reconciled()
    assert provider.calls == 8
