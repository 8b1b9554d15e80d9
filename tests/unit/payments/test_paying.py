"""Paying an order."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from novacart.application.ordering.order_factory import GuestContact
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.ordering.transfer_order import transfer_order
from novacart.application.payments.cancel_payment import CancelPaymentCommand
from novacart.application.payments.open_payment import OpenPaymentCommand
from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    GatewayUnavailable,
    OpenPaymentRequest,
)
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.ordering.lifecycle import LineStatus, OrderStatus
from novacart.domain.payments.errors import (
    AmountNotPayable,
    AmountTooLarge,
    AmountTooSmall,
    OrderNotPayable,
)
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.errors import ConcurrentChange, DomainError
from novacart.domain.shared.ids import OrderId, UserId, VariantId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.support.builders.ordering import ADDRESS, rupees
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture
from tests.support.stripe_objects import BEGINNING, report_on


def _pending_order(payments: PaymentsFixture, *, stock: int = 10) -> tuple[UserId, OrderId]:
    user_id, _ = payments.customer()
    return user_id, payments.place_order(user_id, {payments.product(price=241, stock=stock): 1})


def test_repeated_open_payment_returns_the_same_intent(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending_order(payments)
    first = payments.intent(user_id, order_id)
    assert first == payments.intent(user_id, order_id)
    assert first.amount == rupees(241)
    assert first.reference
    assert first.client_secret
    assert first.publishable_key == provider.publishable_key
    assert len(list(provider.payments_since(payments.payment(order_id).created_at))) == 1


def test_open_payment_of_another_users_order_raises(payments: PaymentsFixture) -> None:
    _, order_id = _pending_order(payments)
    other, _ = payments.customer("ravi")
    with pytest.raises(OrderNotFound):
        payments.intent(other, order_id)


def test_success_pays_the_order_once(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore
) -> None:
    user_id, order_id = _pending_order(payments)
    reference = payments.intent(user_id, order_id).reference
    provider.pay(reference)
    for _ in range(3):
        payments.run_reconciliation(force=True)
    order = payments.order(order_id)
    assert order.status is OrderStatus.PAID
    assert [line.status for line in order.lines] == [LineStatus.CONFIRMED]
    assert payments.payment(order_id).captured == order.total
    assert [event.name for event in store.events].count("order.confirmed") == 1
    assert [event.name for event in store.events].count("payment.succeeded") == 1


def test_open_payment_of_a_paid_order_raises(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending_order(payments)
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.run_reconciliation(force=True)
    with pytest.raises(OrderNotPayable):
        payments.intent(user_id, order_id)


def test_open_payment_of_a_cancelled_or_expired_order_raises(payments: PaymentsFixture) -> None:
    user_id, order_id = _pending_order(payments)
    payments.clock.move(minutes=31)
    with pytest.raises(OrderNotPayable):
        payments.intent(user_id, order_id)
    payments.cancel_order(order_id)
    with pytest.raises(OrderNotPayable):
        payments.intent(user_id, order_id)


def test_order_stays_payable_after_a_declined_card(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending_order(payments)
    intent = payments.intent(user_id, order_id)
    provider.pay(intent.reference, PaymentStatus.FAILED)
    payments.run_reconciliation(force=True)
    assert payments.order(order_id).status is OrderStatus.PENDING
    assert payments.payment(order_id).failure
    assert payments.intent(user_id, order_id).reference == intent.reference


def test_cancelled_order_has_its_payment_cancelled_at_the_provider(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending_order(payments)
    reference = payments.intent(user_id, order_id).reference
    payments.cancel_order(order_id)
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    report = provider.retrieve(reference)
    assert report is not None
    assert report.payment is not None
    assert report.payment.status is PaymentStatus.CANCELLED
    with payments.begin() as work:
        assert work.payments.of_order(order_id) is None


def test_cancellation_whose_failure_the_provider_repeats_is_made_with_a_new_key(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    reference = payments.intent(user_id, order_id).reference
    payments.cancel_order(order_id)
    failed: set[str] = set()
    cancel = provider.cancel

    def fail_once(reference: str, *, key: str) -> ProviderReport:
        if key in failed or not failed:
            failed.add(key)
            raise GatewayFailed("Stripe failed and repeats it.", retry_after=5)
        return cancel(reference, key=key)

    monkeypatch.setattr(provider, "cancel", fail_once)
    with pytest.raises(GatewayFailed):
        payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    report = provider.retrieve(reference)
    assert report is not None
    assert report.payment is not None
    assert report.payment.status is PaymentStatus.CANCELLED


def test_cancellation_that_was_made_in_spite_of_a_failure_is_recorded(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    payments.intent(user_id, order_id)
    payments.cancel_order(order_id)
    cancel = provider.cancel

    def fail_afterwards(reference: str, *, key: str) -> ProviderReport:
        cancel(reference, key=key)
        raise GatewayFailed("The provider failed.")

    monkeypatch.setattr(provider, "cancel", fail_afterwards)
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    with payments.begin() as work:
        assert work.payments.of_order(order_id) is None


def test_key_of_a_cancellation_that_another_process_has_replaced_is_not_replaced_again(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    payments.intent(user_id, order_id)
    payments.cancel_order(order_id)

    def replace_key_and_fail(_reference: str, *, key: str) -> ProviderReport:
        with payments.begin() as work:
            payment = work.payments.get(payments.payment(order_id).id)
            assert payment.cancel_key == key
            payment.replace_cancel_key("cancel-other")
            work.payments.save(payment)
            work.commit()
        raise GatewayFailed("The provider failed.")

    monkeypatch.setattr(provider, "cancel", replace_key_and_fail)
    with pytest.raises(GatewayFailed):
        payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    assert payments.payment(order_id).cancel_key == "cancel-other"


def _open_twice(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let another process open the payment under a new key while it is opened."""
    open_payment = provider.open_payment

    def open_twice(request: OpenPaymentRequest) -> ProviderReport:
        monkeypatch.setattr(provider, "open_payment", open_payment)
        first = open_payment(request)
        with payments.begin() as work:
            payment = work.payments.get(request.payment_id)
            payment.replace_open_key("open-other")
            work.payments.save(payment)
            work.commit()
        payments.opener.open(payment, email=request.email)
        return first

    monkeypatch.setattr(provider, "open_payment", open_twice)


def _statuses(provider: FakePaymentGateway) -> dict[str, PaymentStatus | None]:
    """The status of each payment at the provider."""
    return {
        report.reference: report.payment.status if report.payment else None
        for report in provider.payments_since(BEGINNING)
    }


def test_payment_that_was_opened_twice_can_be_paid_once(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    _open_twice(payments, provider, monkeypatch)
    intent = payments.intent(user_id, order_id)
    assert payments.payment(order_id).reference == intent.reference == "pi_memory_2"
    assert intent.client_secret == "pi_memory_2_secret"
    assert _statuses(provider) == {
        "pi_memory_1": PaymentStatus.CANCELLED,
        "pi_memory_2": PaymentStatus.CREATED,
    }


def test_both_payments_are_cancelled_if_a_payment_was_opened_twice_when_its_order_is_cancelled(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "open_payment", Mock(side_effect=GatewayUnavailable("down")))
        with pytest.raises(GatewayUnavailable):
            payments.intent(user_id, order_id)
    payments.cancel_order(order_id)
    _open_twice(payments, provider, monkeypatch)
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    assert _statuses(provider) == {
        "pi_memory_1": PaymentStatus.CANCELLED,
        "pi_memory_2": PaymentStatus.CANCELLED,
    }
    with payments.begin() as work:
        assert work.payments.of_order(order_id) is None


def test_cancel_payment_of_an_active_order_does_nothing(payments: PaymentsFixture) -> None:
    user_id, order_id = _pending_order(payments)
    payments.intent(user_id, order_id)
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    assert payments.payment(order_id).cancel_key is None


@pytest.mark.parametrize(
    "refusal", [GatewayRefused("No."), AmountNotPayable(), AmountTooLarge(), AmountTooSmall()]
)
def test_payment_that_the_provider_refuses_to_open_is_cancelled_with_its_order(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    refusal: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(provider, "open_payment", Mock(side_effect=refusal))
    user_id, order_id = _pending_order(payments)
    with pytest.raises(DomainError):
        payments.intent(user_id, order_id)
    payments.cancel_order(order_id)
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    assert payments.run_reconciliation(force=True) == 0


def test_cancelled_payment_is_not_opened_by_a_repeated_request(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    with monkeypatch.context() as patched:
        patched.setattr(provider, "open_payment", Mock(side_effect=GatewayRefused("No.")))
        with pytest.raises(OrderNotPayable):
            payments.intent(user_id, order_id)
        payment_id = payments.payment(order_id).id
        payments.cancel_order(order_id)
        payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    with pytest.raises(OrderNotPayable):
        payments.open_payment.replay(user_id, payment_id)
    assert list(provider.payments_since(BEGINNING)) == []


def test_payment_in_another_account_of_the_provider_is_looked_up_once_an_hour(
    payments: PaymentsFixture, provider: FakePaymentGateway, clock: SetClock
) -> None:
    user_id, order_id = _pending_order(payments)
    reference = payments.intent(user_id, order_id).reference
    moved = replace(payments, gateway=FakePaymentGateway(clock))
    moved.cancel_order(order_id)
    moved.cancel_payment(CancelPaymentCommand(order_id=order_id))
    clock.move(seconds=30)
    assert moved.run_reconciliation() == 1
    clock.move(minutes=59)
    assert moved.run_reconciliation() == 0
    clock.move(minutes=2)
    assert moved.run_reconciliation() == 1
    # With the key of the first account again, it is cancelled there.
    clock.move(hours=1)
    payments.run_reconciliation()
    report = report_on(provider, reference).payment
    assert report is not None
    assert report.status is PaymentStatus.CANCELLED


@pytest.mark.parametrize("cancelled_by", ["customer", "time"])
def test_late_payment_is_refunded_in_full(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore, cancelled_by: str
) -> None:
    user_id, order_id = _pending_order(payments, stock=1)
    reference = payments.intent(user_id, order_id).reference
    if cancelled_by == "time":
        payments.clock.move(minutes=31)
        payments.expire_orders()
    else:
        payments.cancel_order(order_id)
    provider.pay(reference)
    payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    payment = payments.payment(order_id)
    assert payments.order(order_id).status is OrderStatus.CANCELLED
    assert payment.status is PaymentStatus.SUCCEEDED
    payments.clock.move(seconds=30)
    payments.run_reconciliation()
    (refund,) = payments.payment(order_id).refunds
    assert refund.status is RefundStatus.SUCCEEDED
    assert refund.origin is RefundOrigin.LATE_PAYMENT
    assert refund.amount == payment.captured
    assert provider.net_captured() == {"INR": 0}
    assert [event.name for event in store.events].count("payment.late_money_received") == 1


def test_late_payment_leaves_the_cart_as_it_is(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, address_id = payments.customer()
    payments.fill_cart(user_id, {payments.product(): 2})
    intent = payments.check_out(StartCheckoutCommand(user_id=user_id, address_id=address_id))
    payments.cancel_order(intent.order_id)
    provider.pay(intent.reference)
    payments.run_reconciliation(force=True)
    assert payments.payment(intent.order_id).refunds
    with payments.begin() as work:
        assert [line.quantity for line in work.carts.of(user_id).lines] == [2]


def test_order_that_was_paid_while_the_shop_was_down_does_not_expire(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending_order(payments)
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.clock.move(hours=1)
    assert payments.expire_orders() == 0
    order = payments.order(order_id)
    assert (order.status, order.paid_at) == (OrderStatus.PAID, payments.clock.now())
    assert not payments.payment(order_id).refunds


def test_order_that_may_be_paid_waits_a_day_for_a_provider_that_is_down(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    payments.intent(user_id, order_id)
    unopened = payments.place_order(user_id, {payments.product(): 1})
    retrieve = Mock(side_effect=GatewayUnavailable("down"))
    monkeypatch.setattr(provider, "retrieve", retrieve)
    expire = payments.expire
    payments.clock.move(minutes=30)
    assert expire() == 1
    assert payments.order(unopened).status is OrderStatus.CANCELLED
    payments.clock.move(hours=23, minutes=59)
    assert expire() == 0
    assert payments.order(order_id).status is OrderStatus.PENDING
    payments.clock.move(minutes=1)
    assert expire() == 1
    assert payments.order(order_id).status is OrderStatus.CANCELLED
    assert retrieve.call_count == 2


def test_provider_that_is_down_is_asked_once_a_minute_before_orders_expire(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("asha", "ravi", "mira"):
        user_id, _ = payments.customer(name)
        payments.intent(user_id, payments.place_order(user_id, {payments.product(): 1}))
    retrieve = Mock(side_effect=GatewayUnavailable("down"))
    monkeypatch.setattr(provider, "retrieve", retrieve)
    monkeypatch.setattr("novacart.application.ordering.expire_orders.BATCH", 2)
    expire = payments.expire
    payments.clock.move(minutes=30)
    assert expire() == expire() == 0
    assert retrieve.call_count == 1
    payments.clock.move(seconds=59)
    assert expire() == 0
    assert retrieve.call_count == 1
    monkeypatch.undo()
    payments.clock.move(seconds=1)
    assert expire() == 3


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (PaymentStatus.SUCCEEDED, OrderStatus.PAID),
        (PaymentStatus.FAILED, OrderStatus.CANCELLED),
        (PaymentStatus.PROCESSING, OrderStatus.CANCELLED),
    ],
)
def test_order_waits_for_a_payment_in_processing_for_a_day(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    outcome: PaymentStatus,
    status: OrderStatus,
) -> None:
    """As with UPI and bank debits, which can't be cancelled meanwhile."""
    user_id, order_id = _pending_order(payments)
    reference = payments.intent(user_id, order_id).reference
    provider.pay(reference, PaymentStatus.PROCESSING)
    payments.clock.move(minutes=30)
    assert payments.expire_orders() == 0
    payments.clock.move(hours=23, minutes=59)
    assert payments.expire_orders() == 0
    assert payments.order(order_id).status is OrderStatus.PENDING
    if outcome is not PaymentStatus.PROCESSING:
        provider.pay(reference, outcome)
    payments.run_reconciliation()
    payments.clock.move(minutes=1)
    payments.expire_orders()
    assert payments.order(order_id).status is status


def test_order_whose_payment_contradicts_the_record_expires(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    report = report_on(provider, payments.intent(user_id, order_id).reference)
    assert report.payment is not None
    other = replace(report, payment=replace(report.payment, amount=rupees(1)))
    monkeypatch.setattr(provider, "retrieve", Mock(return_value=other))
    payments.clock.move(minutes=30)
    assert payments.expire_orders() == 1
    assert payments.order(order_id).status is OrderStatus.CANCELLED


def test_order_whose_payment_the_provider_does_not_have_expires(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, order_id = _pending_order(payments)
    payments.intent(user_id, order_id)
    monkeypatch.setattr(provider, "retrieve", Mock(return_value=None))
    payments.clock.move(minutes=30)
    assert payments.expire_orders() == 1


def test_one_step_checkout_keeps_the_cart_until_the_payment_succeeds(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, address_id = payments.customer()
    product, other = payments.product(), payments.product()
    payments.fill_cart(user_id, {product: 2})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    intent = payments.check_out(command)
    assert payments.check_out(command) == intent
    with payments.begin() as work:
        assert [line.variant_id for line in work.carts.of(user_id).lines] == [VariantId(product)]
    provider.pay(intent.reference)
    payments.fill_cart(user_id, {other: 1})
    payments.run_reconciliation(force=True)
    assert payments.order(intent.order_id).status is OrderStatus.PAID
    with payments.begin() as work:
        assert [line.variant_id for line in work.carts.of(user_id).lines] == [VariantId(other)]


def test_payment_of_an_order_that_a_user_claimed_empties_the_guests_cart(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    guest, product = UserId(900), payments.product()
    payments.fill_cart(guest, {product: 2})
    contact = GuestContact(email="guest@example.com", address=ADDRESS)
    intent = payments.check_out(StartCheckoutCommand(user_id=guest, contact=contact))
    user_id, _ = payments.customer()
    payments.fill_cart(user_id, {product: 1})
    with payments.begin() as work:
        order = work.orders.get(intent.order_id)
        transfer_order(work, order, user_id, at=payments.clock.now())
        work.commit()
    provider.pay(intent.reference)
    payments.run_reconciliation(force=True)
    assert payments.order(intent.order_id).status is OrderStatus.PAID
    with payments.begin() as work:
        assert work.carts.of(guest).lines == ()
        assert [line.quantity for line in work.carts.of(user_id).lines] == [1]


def test_checkout_of_a_changed_cart_replaces_the_order_and_its_payment(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, address_id = payments.customer()
    product, other = payments.product(stock=2), payments.product()
    payments.fill_cart(user_id, {product: 2})
    command = StartCheckoutCommand(user_id=user_id, address_id=address_id)
    first = payments.check_out(command)
    payments.fill_cart(user_id, {other: 1})
    second = payments.check_out(command)
    assert second.order_id != first.order_id
    assert payments.order(first.order_id).status is OrderStatus.CANCELLED
    payments.cancel_payment(CancelPaymentCommand(order_id=first.order_id))
    report = provider.retrieve(first.reference)
    assert report is not None
    assert report.payment is not None
    assert report.payment.status is PaymentStatus.CANCELLED


def test_idempotency_key_is_fulfilled_with_the_payment(payments: PaymentsFixture) -> None:
    user_id, order_id = _pending_order(payments)
    with payments.begin() as work:
        work.idempotency_keys.claim(user_id, "key-1", fingerprint="f", at=payments.clock.now())
        work.commit()
    intent = payments.open_payment(
        OpenPaymentCommand(user_id=user_id, order_id=order_id, idempotency_key="key-1")
    )
    with payments.begin() as work:
        claim, _ = work.idempotency_keys.claim(
            user_id, "key-1", fingerprint="f", at=payments.clock.now()
        )
    assert claim.resource_id == intent.payment_id
    assert payments.open_payment.replay(user_id, intent.payment_id) == intent


class SlowProvider(FakePaymentGateway):
    """Takes half a minute to fail while it is down."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.set_clock = clock
        self.down = False
        self.calls = 0

    def retrieve(self, reference: str) -> ProviderReport | None:
        self.calls += 1
        if self.down:
            self.set_clock.move(seconds=30)
            raise GatewayUnavailable("No response.")
        return super().retrieve(reference)


def test_reconciliation_ends_after_its_time_limit_while_the_provider_is_down(
    payments: PaymentsFixture, clock: SetClock
) -> None:
    provider = SlowProvider(clock)
    payments.gateway = provider
    for name in ("asha", "ravi", "meera", "tara"):
        user_id, _ = payments.customer(name)
        payments.intent(user_id, payments.place_order(user_id, {payments.product(): 1}))
    clock.move(minutes=5)
    provider.down = True
    payments.run_reconciliation()
    assert provider.calls == 2
    provider.down = False
    payments.run_reconciliation()
    assert provider.calls == 4
    clock.move(minutes=5)
    payments.run_reconciliation()
    assert provider.calls == 8


class FaultyProvider(FakePaymentGateway):
    """Has no usable response about the payments in `faulty`."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__(clock)
        self.faulty: set[str] = set()
        self.asked: list[str] = []

    def retrieve(self, reference: str) -> ProviderReport | None:
        self.asked.append(reference)
        if reference in self.faulty:
            raise GatewayUnavailable("The response cannot be parsed.")
        return super().retrieve(reference)


def test_payment_that_cannot_be_retrieved_does_not_stop_the_search_for_others(
    payments: PaymentsFixture, clock: SetClock
) -> None:
    payments.gateway = provider = FaultyProvider(clock)
    references, orders = [], []
    for name in ("asha", "ravi", "meera", "tara"):
        user_id, _ = payments.customer(name)
        orders.append(payments.place_order(user_id, {payments.product(price=100): 1}))
        references.append(payments.intent(user_id, orders[-1]).reference)
        provider.pay(references[-1])
    payments.run_reconciliation(force=True)
    for reference in references:
        provider.refund_in_dashboard(reference, rupees(30))
    provider.faulty = {references[0], references[2]}
    assert payments.run_reconciliation(look_back=timedelta(hours=1)) == 2
    assert [payments.payment(order).refunded for order in orders] == [
        rupees(0),
        rupees(30),
        rupees(0),
        rupees(30),
    ]
    provider.faulty, provider.asked = set(references), []
    with pytest.raises(GatewayUnavailable):
        payments.run_reconciliation(look_back=timedelta(hours=1))
    assert provider.asked == references[:3]


def test_search_ends_only_after_failures_in_a_row(
    payments: PaymentsFixture, clock: SetClock
) -> None:
    payments.gateway = provider = FaultyProvider(clock)
    references = []
    for name in ("asha", "ravi", "meera", "tara", "dev"):
        user_id, _ = payments.customer(name)
        order_id = payments.place_order(user_id, {payments.product(): 1})
        references.append(payments.intent(user_id, order_id).reference)
        provider.pay(references[-1])
    payments.run_reconciliation(force=True)
    for reference in references:
        provider.refund_in_dashboard(reference, rupees(30))
    provider.faulty = set(references) - {references[2]}
    assert payments.run_reconciliation(look_back=timedelta(hours=1)) == 1


def test_payment_that_the_provider_never_reports_does_not_keep_others_from_expiring(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one of which the response cannot be parsed."""
    orders = []
    for name in ("asha", "ravi", "mira"):
        user_id, _ = payments.customer(name)
        orders.append(payments.place_order(user_id, {payments.product(): 1}))
        payments.intent(user_id, orders[-1])
    retrieve = provider.retrieve
    unusable = {payments.payment(order_id).reference for order_id in orders[:2]}

    def retrieve_others(reference: str) -> ProviderReport | None:
        if reference in unusable:
            raise GatewayUnavailable("unusable")
        return retrieve(reference)

    monkeypatch.setattr(provider, "retrieve", retrieve_others)
    expire = payments.expire
    payments.clock.move(minutes=30)
    expired = 0
    for _ in range(4):
        expired += expire()
        payments.clock.move(minutes=1)
    assert expired == 1
    assert [payments.order(order_id).status for order_id in orders] == [
        OrderStatus.PENDING,
        OrderStatus.PENDING,
        OrderStatus.CANCELLED,
    ]


def test_order_whose_payment_was_changed_meanwhile_waits_for_the_next_run(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deadlock, for example, aborts the transaction that records the payment."""
    user_id, order_id = _pending_order(payments)
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.clock.move(minutes=30)
    expire = payments.expire
    with monkeypatch.context() as patch:
        patch.setattr(PaymentRecorder, "apply_report", Mock(side_effect=ConcurrentChange))
        assert expire() == 0
    assert payments.order(order_id).status is OrderStatus.PENDING
    assert expire() == 0
    assert payments.order(order_id).status is OrderStatus.PAID


def test_order_without_a_payment_does_not_wait_for_a_slow_provider(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("asha", "ravi", "mira"):
        user_id, _ = payments.customer(name)
        payments.intent(user_id, payments.place_order(user_id, {payments.product(): 1}))
    user_id, _ = payments.customer("dev")
    unopened = payments.place_order(user_id, {payments.product(): 1})
    retrieve = provider.retrieve

    def retrieve_slowly(reference: str) -> ProviderReport | None:
        payments.clock.move(seconds=5)
        return retrieve(reference)

    monkeypatch.setattr(provider, "retrieve", retrieve_slowly)
    expire = payments.expire
    payments.clock.move(minutes=30)
    assert expire() == 3
    assert payments.order(unopened).status is OrderStatus.CANCELLED
    assert expire() == 1


def test_order_with_a_payment_in_processing_is_read_every_five_minutes(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, order_id = _pending_order(payments)
    reference = payments.intent(user_id, order_id).reference
    provider.pay(reference, PaymentStatus.PROCESSING)
    expire = payments.expire
    payments.clock.move(minutes=30)
    assert expire() == 0
    provider.pay(reference, PaymentStatus.FAILED)
    payments.run_reconciliation(force=True)
    payments.clock.move(minutes=4)
    assert expire() == 0
    payments.clock.move(minutes=1)
    assert expire() == 1
