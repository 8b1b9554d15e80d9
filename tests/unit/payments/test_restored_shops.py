"""Payments that were opened or paid after the backup from which a shop was restored."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from novacart.application.ports.payment_gateway import OpenPaymentRequest
from novacart.application.ports.webhook_events import EventState
from novacart.domain.ordering.lifecycle import OrderStatus, PaymentMethod
from novacart.domain.payments.errors import OrderNotPayable
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import OrderId, PaymentId, UserId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.support.builders.ordering import rupees
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture
from tests.support.stripe_objects import BEGINNING, intent_object, report_on

DAYS = timedelta(days=30)
# `novacart restore` skips ids, so that no lost id is given again.
SKIPPED = 1000

Restore = Callable[[], None]


@pytest.fixture
def buyer(payments: PaymentsFixture) -> UserId:
    return payments.customer()[0]


@pytest.fixture
def order_id(payments: PaymentsFixture, buyer: UserId) -> OrderId:
    """The id of a pending order of 241.00."""
    return payments.place_order(buyer, {payments.product(price=241): 1})


@pytest.fixture
def restore(store: FakeStore, order_id: OrderId) -> Restore:  # noqa: ARG001 (it is in the backup)
    """Restores the shop to its state before the payment, with the order."""
    backup = {
        name: copy.deepcopy(getattr(store, name)._committed)
        for name in ("orders", "payments", "carts", "stock_levels")
    }

    def run() -> None:
        for name, rows in backup.items():
            getattr(store, name)._committed = copy.deepcopy(rows)
        for _ in range(SKIPPED):
            next(store.ids)

    return run


def test_lost_payment_can_be_paid_only_once(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    restore: Restore,
    buyer: UserId,
    order_id: OrderId,
) -> None:
    lost = payments.intent(buyer, order_id)
    restore()
    payments.clock.move(minutes=5)
    payments.run_reconciliation(force=True, look_back=DAYS)
    again = payments.intent(buyer, order_id)
    assert again.reference == lost.reference
    assert again.client_secret == lost.client_secret
    # It is searched for at the provider since then.
    assert payments.payment(order_id).created_at == payments.order(order_id).placed_at
    provider.pay(lost.reference)
    payments.run_reconciliation(force=True)
    assert payments.order(order_id).status is OrderStatus.PAID
    assert provider.net_captured() == {"INR": 24100}


def test_lost_payment_that_succeeded_pays_its_order(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    restore: Restore,
    buyer: UserId,
    order_id: OrderId,
) -> None:
    reference = payments.intent(buyer, order_id).reference
    provider.pay(reference)
    provider.refund_in_dashboard(reference, rupees(41))
    restore()
    for _ in range(2):
        payments.run_reconciliation(force=True, look_back=DAYS)
    assert payments.order(order_id).status is OrderStatus.PAID
    assert payments.payment(order_id).refunded == rupees(41)
    with pytest.raises(OrderNotPayable):
        payments.intent(buyer, order_id)


def test_event_of_a_lost_payment_pays_its_order(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    restore: Restore,
    buyer: UserId,
    order_id: OrderId,
) -> None:
    lost = payments.intent(buyer, order_id)
    restore()
    provider.pay(lost.reference)
    intent = intent_object(provider, lost.reference)
    event = payments.send_event("payment_intent.succeeded", intent)
    assert payments.event(event).state is EventState.HANDLED
    assert payments.order(order_id).status is OrderStatus.PAID
    assert payments.payment(order_id).reference == lost.reference


def test_lost_payment_of_an_order_that_expired_meanwhile_is_refunded(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    clock: SetClock,
    restore: Restore,
    order_id: OrderId,
) -> None:
    buyer = payments.order(order_id).user_id
    provider.pay(payments.intent(buyer, order_id).reference)
    restore()
    clock.move(minutes=31)
    payments.expire_orders()
    for _ in range(2):
        payments.run_reconciliation(force=True, look_back=DAYS)
    assert payments.order(order_id).status is OrderStatus.CANCELLED
    (refund,) = payments.payment(order_id).refunds
    assert (refund.origin, refund.status) == (RefundOrigin.LATE_PAYMENT, RefundStatus.SUCCEEDED)
    assert provider.net_captured() == {"INR": 0}


def test_lost_payment_is_cancelled_if_its_order_has_another_one(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    restore: Restore,
    buyer: UserId,
    order_id: OrderId,
) -> None:
    """The shop was started before `novacart reconcile` was run."""
    lost = payments.intent(buyer, order_id)
    restore()
    new = payments.intent(buyer, order_id)
    assert new.reference != lost.reference
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert _status(provider, lost.reference) is PaymentStatus.CANCELLED
    assert payments.payment(order_id).reference == new.reference


def test_lost_payment_that_succeeded_replaces_an_open_one_of_its_order(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    restore: Restore,
    buyer: UserId,
    order_id: OrderId,
) -> None:
    lost = payments.intent(buyer, order_id)
    provider.pay(lost.reference)
    restore()
    new = payments.intent(buyer, order_id)
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert _status(provider, new.reference) is PaymentStatus.CANCELLED
    assert payments.order(order_id).status is OrderStatus.PAID
    assert payments.payment(order_id).reference == lost.reference
    with pytest.raises(OrderNotPayable):
        payments.intent(buyer, order_id)


def test_payment_of_an_unknown_order_is_left_alone(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    buyer: UserId,
    order_id: OrderId,
) -> None:
    reference = payments.intent(buyer, order_id).reference
    store.orders._committed.clear()
    store.payments._committed.clear()
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert not list(store.payments)
    assert _status(provider, reference) is PaymentStatus.CREATED


def _open_at_provider(
    payments: PaymentsFixture, order_id: OrderId, *, rupees_paid: int | None = None
) -> str:
    """Open a payment of the order, or of another amount, that is not recorded here."""
    order = payments.order(order_id)
    request = OpenPaymentRequest(
        payment_id=PaymentId(987_654),
        order_id=order_id,
        order_number=order.number,
        amount=order.total if rupees_paid is None else rupees(rupees_paid),
        email=order.email,
        key="open-lost",
    )
    return payments.gateway.open_payment(request).reference


def _send_event_of(
    payments: PaymentsFixture, provider: FakePaymentGateway, reference: str, outcome: str
) -> EventState:
    event = payments.send_event(f"payment_intent.{outcome}", intent_object(provider, reference))
    return payments.event(event).state


@pytest.mark.parametrize("is_paid", [True, False])
def test_payment_of_an_order_with_cash_on_delivery_is_not_adopted(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore, *, is_paid: bool
) -> None:
    buyer, address_id = payments.customer()
    payments.fill_cart(buyer, {payments.product(price=241): 1})
    order_id = payments.place(buyer, address_id, PaymentMethod.COD)
    before = payments.order(order_id)
    reference = _open_at_provider(payments, order_id)
    if is_paid:
        provider.pay(reference)
    status = _status(provider, reference)
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert _send_event_of(payments, provider, reference, "succeeded") is EventState.HANDLED
    assert not list(store.payments)
    after = payments.order(order_id)
    assert (after.status, after.paid_at) == (before.status, None)
    assert _status(provider, reference) is status


def test_lost_payment_of_another_amount_that_succeeded_is_quarantined(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore, order_id: OrderId
) -> None:
    reference = _open_at_provider(payments, order_id, rupees_paid=240)
    provider.pay(reference)
    assert _send_event_of(payments, provider, reference, "succeeded") is EventState.QUARANTINED
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert not list(store.payments)
    assert payments.order(order_id).status is OrderStatus.PENDING
    assert provider.net_captured() == {"INR": 24000}


def test_lost_open_payment_of_another_amount_is_cancelled_and_not_adopted(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore, order_id: OrderId
) -> None:
    reference = _open_at_provider(payments, order_id, rupees_paid=240)
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert not list(store.payments)
    assert _status(provider, reference) is PaymentStatus.CANCELLED


def test_lost_payment_that_was_cancelled_is_not_retrieved_or_adopted(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    order_id: OrderId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reference = _open_at_provider(payments, order_id)
    provider.cancel(reference, key="cancel-lost")
    with monkeypatch.context() as patch:
        patch.setattr(provider, "retrieve", retrieve := Mock())
        payments.run_reconciliation(force=True, look_back=DAYS)
    assert not retrieve.called
    assert _send_event_of(payments, provider, reference, "canceled") is EventState.HANDLED
    assert not list(store.payments)


def test_lost_payment_of_another_amount_does_not_replace_the_open_one_of_its_order(
    payments: PaymentsFixture, provider: FakePaymentGateway, buyer: UserId, order_id: OrderId
) -> None:
    open_one = payments.intent(buyer, order_id).reference
    provider.pay(_open_at_provider(payments, order_id, rupees_paid=240))
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert _status(provider, open_one) is PaymentStatus.CREATED
    assert payments.payment(order_id).reference == open_one
    assert payments.order(order_id).status is OrderStatus.PENDING


def test_lost_payment_does_not_replace_one_that_has_paid_its_order(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    buyer: UserId,
    order_id: OrderId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paid = payments.intent(buyer, order_id).reference
    provider.pay(paid)
    payments.run_reconciliation(force=True)
    lost = _open_at_provider(payments, order_id)
    provider.pay(lost)
    monkeypatch.setattr(provider, "cancel", cancel := Mock())
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert not cancel.called
    assert payments.payment(order_id).reference == paid
    assert payments.payment(order_id).captured == rupees(241)
    assert not payments.payment(order_id).refunds
    assert _send_event_of(payments, provider, lost, "succeeded") is EventState.QUARANTINED


def test_recorded_payment_is_not_searched_for_again(
    payments: PaymentsFixture, buyer: UserId, order_id: OrderId
) -> None:
    payments.intent(buyer, order_id)
    assert payments.run_reconciliation(force=True, look_back=DAYS) == 1


def test_recorded_payment_whose_report_contradicts_the_record_is_not_cancelled(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    buyer: UserId,
    order_id: OrderId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reference = payments.intent(buyer, order_id).reference
    provider.pay(reference)
    provider.refund_in_dashboard(reference, rupees(41))
    report = report_on(provider, reference)
    assert report.payment is not None
    other = replace(report, payment=replace(report.payment, captured=rupees(240)))
    monkeypatch.setattr(provider, "retrieve", retrieve := Mock(return_value=other))
    monkeypatch.setattr(provider, "cancel", cancel := Mock())
    payments.run_reconciliation(look_back=DAYS)
    assert retrieve.call_count == 1
    assert not cancel.called
    assert payments.payment(order_id).status is PaymentStatus.CREATED


def test_lost_payment_is_adopted_only_with_force_and_look_back(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore, order_id: OrderId
) -> None:
    reference = _open_at_provider(payments, order_id)
    provider.pay(reference)
    provider.refund_in_dashboard(reference, rupees(41))
    payments.run_reconciliation(force=True)
    payments.run_reconciliation(look_back=DAYS)
    assert not list(store.payments)
    payments.run_reconciliation(force=True, look_back=DAYS)
    assert payments.payment(order_id).refunded == rupees(41)
    assert payments.order(order_id).status is OrderStatus.PAID


def _status(provider: FakePaymentGateway, reference: str) -> PaymentStatus:
    payment = report_on(provider, reference).payment
    assert payment is not None
    return payment.status


def test_payment_whose_reference_was_lost_is_not_opened_again(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    clock: SetClock,
    buyer: UserId,
    order_id: OrderId,
) -> None:
    """The provider has forgotten its idempotency key."""
    paid = payments.intent(buyer, order_id).reference
    with payments.begin() as work:
        payment = work.payments.get(payments.payment(order_id).id)
        payment.reference = payment.client_secret = None
        work.payments.save(payment)
        work.commit()
    provider.pay(paid)
    clock.move(hours=25)
    payments.run_reconciliation(force=True)
    assert len(list(provider.payments_since(BEGINNING))) == 1
    assert payments.order(order_id).status is OrderStatus.PAID
