"""Resolving failed refunds: retry them, or record that they were settled by hand."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.authorization.limits import OwnOrder
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.payments.resolve_refund import (
    RetryRefundCommand,
    SettleRefundCommand,
    SupersedeRefundCommand,
)
from novacart.application.ports.webhook_events import EventState
from novacart.domain.accounts.role import Role
from novacart.domain.ordering.lifecycle import LineStatus, OrderPaymentStatus, OrderStatus
from novacart.domain.payments.errors import (
    NothingToRefund,
    RefundExceedsPayment,
    RefundNotFound,
    RefundRefused,
    RefundResolved,
)
from novacart.domain.payments.events import RefundRetried, RefundSettledByHand, RefundSuperseded
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.refund import Refund, RefundOrigin, RefundResolution
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, RefundId, UserId
from novacart.domain.shared.refunds import LineQuantity
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.support.builders.ordering import rupees
from tests.support.fake_audit_reader import assert_invariants_hold
from tests.support.payments_fixture import PaymentsFixture, owner
from tests.support.stripe_objects import refund_object


def _fail(payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId) -> Refund:
    """The bank returns the last refund of the order."""
    payment = payments.payment(order_id)
    refund = payment.refunds[-1]
    assert payment.reference is not None
    assert refund.reference is not None
    provider.settle_refund(payment.reference, refund.reference, RefundStatus.FAILED)
    payments.run_reconciliation(look_back=timedelta(hours=1))
    return payments.payment(order_id).refund(refund.id)


@pytest.fixture
def order_id(payments: PaymentsFixture, provider: FakePaymentGateway) -> OrderId:
    """A paid order of three units at 100 rupees."""
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(price=100): 3})
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.run_reconciliation(force=True)
    return order_id


@pytest.fixture
def late(payments: PaymentsFixture, provider: FakePaymentGateway) -> Refund:
    """The failed refund of a payment of a cancelled order."""
    user_id, _ = payments.customer("ravi")
    order_id = payments.place_order(user_id, {payments.product(price=100): 1})
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.cancel_order(order_id)
    payments.run_reconciliation(force=True)
    payments.run_reconciliation(force=True)
    return _fail(payments, provider, order_id)


def _order_of(payments: PaymentsFixture, refund: Refund) -> OrderId:
    with payments.begin() as work:
        locator = work.payments.locate_refund(refund.id)
    assert locator is not None
    return locator.order_id


def test_late_payment_whose_refund_failed_is_refunded_by_a_retry(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore, late: Refund
) -> None:
    assert late.needs_attention
    assert late.returned
    retry = payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=late.id))
    assert (retry.status, retry.amount) == (RefundStatus.SUCCEEDED, rupees(100))
    assert retry.origin is RefundOrigin.LATE_PAYMENT
    first = payments.payment(_order_of(payments, late)).refund(late.id)
    assert first.resolution is RefundResolution.RETRIED
    assert not first.needs_attention
    assert provider.net_captured() == {"INR": 0}
    [event] = [event for event in store.events if isinstance(event, RefundRetried)]
    assert event.new_refund_id == retry.id


def test_second_retry_raises(payments: PaymentsFixture, late: Refund) -> None:
    payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=late.id))
    with pytest.raises(RefundResolved):
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=late.id))
    with pytest.raises(RefundResolved):
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=late.id, reason="UPI"))


def test_failed_retry_needs_attention_again(
    payments: PaymentsFixture, provider: FakePaymentGateway, late: Refund
) -> None:
    payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=late.id))
    order_id = _order_of(payments, late)
    second = _fail(payments, provider, order_id)
    assert [refund.needs_attention for refund in payments.payment(order_id).refunds] == [
        False,
        True,
    ]
    payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=second.id))
    assert provider.net_captured() == {"INR": 0}


def test_amount_that_the_provider_never_refunds_is_not_retried(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    late: Refund,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(provider, "ensure_refundable", Mock(side_effect=RefundRefused))
    with pytest.raises(RefundRefused):
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=late.id))
    (failed,) = payments.payment(_order_of(payments, late)).refunds
    assert failed.needs_attention


def test_refund_settled_by_hand_cannot_be_refunded_again(
    payments: PaymentsFixture, store: FakeStore, late: Refund
) -> None:
    payments.settle_refund(
        SettleRefundCommand(actor=SYSTEM, refund_id=late.id, reason=" Paid by bank transfer 17 ")
    )
    order_id = _order_of(payments, late)
    refund = payments.payment(order_id).refund(late.id)
    assert refund.resolution is RefundResolution.SETTLED_BY_HAND
    assert refund.resolution_note == "Paid by bank transfer 17"
    assert refund.resolved_at == payments.clock.now()
    assert not payments.payment(order_id).refundable
    [event] = [event for event in store.events if isinstance(event, RefundSettledByHand)]
    assert (event.note, event.amount_minor) == (refund.resolution_note, 10_000)
    with pytest.raises(NothingToRefund):
        payments.request_refund(RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id))


def test_dashboard_refund_of_what_was_settled_by_hand_is_quarantined(
    payments: PaymentsFixture, provider: FakePaymentGateway, store: FakeStore, order_id: OrderId
) -> None:
    payments.request_refund(RequestRefundCommand(actor=SYSTEM, order_id=order_id))
    failed = _fail(payments, provider, order_id)
    payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="UPI"))
    reference = payments.payment(order_id).reference
    assert reference is not None
    refund = provider.refund_in_dashboard(reference, rupees(300))
    event_id = payments.send_event("refund.created", refund_object(provider, reference, refund))
    stored = store.webhook_events.get(event_id)
    assert stored is not None
    assert stored.state is EventState.QUARANTINED


def test_refund_settled_by_hand_is_shown_on_the_order(
    payments: PaymentsFixture, late: Refund
) -> None:
    order_id = _order_of(payments, late)
    before = payments.order(order_id)
    assert (before.payment_status, before.refunded) == (OrderPaymentStatus.VOIDED, rupees(0))
    payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=late.id, reason="UPI 17"))
    after = payments.order(order_id)
    assert (after.status, after.payment_status) == (
        OrderStatus.CANCELLED,
        OrderPaymentStatus.REFUNDED,
    )
    assert after.refunded == rupees(100)
    assert not after.refundable


@pytest.mark.parametrize("begins_as", [RefundStatus.SUCCEEDED, RefundStatus.PENDING])
def test_lines_of_a_refund_settled_by_hand_are_refunded_and_released_once(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    order_id: OrderId,
    begins_as: RefundStatus,
) -> None:
    provider.refunds_begin = begins_as
    line = payments.order(order_id).lines[0]
    payments.request_refund(
        RequestRefundCommand(
            actor=owner(UserId(99)),
            order_id=order_id,
            units=[LineQuantity(line_id=line.id, quantity=1)],
        )
    )
    failed = _fail(payments, provider, order_id)
    payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="UPI 17"))
    order = payments.order(order_id)
    assert order.payment_status is OrderPaymentStatus.PARTIALLY_REFUNDED
    assert (order.lines[0].refunded_quantity, order.refunded) == (1, rupees(100))
    assert order.lines[0].status is LineStatus.CONFIRMED
    assert payments.available(line.product_id) == 8
    assert payments.payment(order_id).refundable == rupees(200)
    assert_invariants_hold(store)


@pytest.mark.parametrize("is_retried", [True, False])
def test_dashboard_refund_that_failed_at_once_is_resolved_with_its_lines(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    order_id: OrderId,
    *,
    is_retried: bool,
) -> None:
    reference = payments.payment(order_id).reference
    assert reference is not None
    provider.refunds_begin = RefundStatus.FAILED
    provider.refund_in_dashboard(reference, rupees(300))
    provider.refunds_begin = RefundStatus.SUCCEEDED
    payments.run_reconciliation(look_back=timedelta(hours=1))
    (failed,) = payments.payment(order_id).refunds
    assert [line.status for line in payments.order(order_id).lines] == [LineStatus.CONFIRMED]
    if is_retried:
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    else:
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="UPI"))
    order = payments.order(order_id)
    assert (order.status, order.refunded) == (OrderStatus.REFUNDED, rupees(300))
    assert not order.reserved_units
    assert_invariants_hold(store)


@pytest.mark.parametrize("is_retried", [True, False])
def test_dashboard_refund_that_failed_beside_a_larger_one_is_resolved_with_its_lines(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    order_id: OrderId,
    *,
    is_retried: bool,
) -> None:
    reference = payments.payment(order_id).reference
    assert reference is not None
    provider.refunds_begin = RefundStatus.FAILED
    provider.refund_in_dashboard(reference, rupees(100))
    # The refund of the shop fails after that of the dashboard is recorded.
    provider.refunds_begin = RefundStatus.PENDING
    payments.request_refund(RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id))
    payments.run_reconciliation(look_back=timedelta(hours=1))
    own, failed = payments.payment(order_id).refunds
    assert own.reference is not None
    provider.settle_refund(reference, own.reference, RefundStatus.FAILED)
    payments.run_reconciliation(look_back=timedelta(hours=1))
    provider.refunds_begin = RefundStatus.SUCCEEDED
    if is_retried:
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    else:
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="UPI"))
    order = payments.order(order_id)
    assert order.refunded == payments.payment(order_id).returned == rupees(100)
    assert_invariants_hold(store)


def test_refund_that_was_refunded_again_cannot_be_settled_by_hand(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId
) -> None:
    payments.request_refund(RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id))
    failed = _fail(payments, provider, order_id)
    payments.request_refund(RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id))
    with pytest.raises(RefundExceedsPayment):
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="x"))


def test_settling_by_hand_requires_a_reason(payments: PaymentsFixture, late: Refund) -> None:
    with pytest.raises(InvalidValue):
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=late.id, reason=" "))
    assert payments.payment(_order_of(payments, late)).refund(late.id).needs_attention


def test_retry_of_a_returned_refund_releases_no_unit_twice(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId
) -> None:
    line = payments.order(order_id).lines[0]
    payments.request_refund(
        RequestRefundCommand(
            actor=owner(UserId(99)),
            order_id=order_id,
            units=[LineQuantity(line_id=line.id, quantity=1)],
        )
    )
    assert payments.available(line.product_id) == 8
    failed = _fail(payments, provider, order_id)
    retry = payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    assert [(item.quantity, item.amount) for item in retry.items] == [(0, rupees(100))]
    order = payments.order(order_id)
    assert (order.lines[0].refunded_quantity, order.refunded) == (1, rupees(100))
    assert payments.available(line.product_id) == 8


def test_retry_of_a_full_refund_refunds_the_order(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId
) -> None:
    payments.request_refund(RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id))
    failed = _fail(payments, provider, order_id)
    payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    assert payments.order(order_id).status is OrderStatus.REFUNDED
    assert payments.payment(order_id).returned == payments.payment(order_id).amount


def test_refund_that_never_succeeded_is_retried_with_its_units(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId
) -> None:
    provider.refunds_begin = RefundStatus.PENDING
    line = payments.order(order_id).lines[0]
    payments.request_refund(
        RequestRefundCommand(
            actor=owner(UserId(99)),
            order_id=order_id,
            units=[LineQuantity(line_id=line.id, quantity=1)],
        )
    )
    failed = _fail(payments, provider, order_id)
    provider.refunds_begin = RefundStatus.SUCCEEDED
    assert not failed.returned
    payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    assert payments.order(order_id).lines[0].refunded_quantity == 1
    assert payments.available(line.product_id) == 8


@pytest.mark.parametrize("is_retried", [True, False])
def test_resolved_refund_of_the_remaining_amount_releases_the_remaining_units(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    order_id: OrderId,
    *,
    is_retried: bool,
) -> None:
    refund_part = RequestRefundCommand(
        actor=owner(UserId(99)), order_id=order_id, amount="100.00", reason="Late"
    )
    payments.request_refund(refund_part)
    failed = _fail(payments, provider, order_id)
    payments.request_refund(replace(refund_part, amount="200.00"))
    assert payments.order(order_id).reserved_units
    if is_retried:
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    else:
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="UPI"))
    order = payments.order(order_id)
    assert order.status is OrderStatus.REFUNDED
    assert order.lines[0].status is LineStatus.REFUNDED
    assert not order.reserved_units
    assert_invariants_hold(store)


@pytest.mark.parametrize("is_retried", [True, False])
def test_resolved_refund_of_returned_units_releases_the_units_that_are_left(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    order_id: OrderId,
    *,
    is_retried: bool,
) -> None:
    line = payments.order(order_id).lines[0]
    payments.request_refund(
        RequestRefundCommand(
            actor=owner(UserId(99)),
            order_id=order_id,
            units=[LineQuantity(line_id=line.id, quantity=1)],
        )
    )
    failed = _fail(payments, provider, order_id)
    payments.request_refund(
        RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id, amount="200.00")
    )
    assert payments.available(line.product_id) == 8
    if is_retried:
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    else:
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="UPI"))
    assert payments.order(order_id).status is OrderStatus.REFUNDED
    assert payments.available(line.product_id) == 10
    assert_invariants_hold(store)


@pytest.fixture
def failed(payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId) -> Refund:
    """A refund of 100 of 300 rupees that failed; others are requested a minute later."""
    payments.request_refund(
        RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id, amount="100.00")
    )
    refund = _fail(payments, provider, order_id)
    payments.clock.move(minutes=1)
    return refund


def _supersede(payments: PaymentsFixture, refund: Refund, reason: str = "") -> None:
    payments.supersede_refund(
        SupersedeRefundCommand(actor=SYSTEM, refund_id=refund.id, reason=reason)
    )


def test_refund_whose_amount_was_refunded_since_is_closed_without_a_transfer(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    store: FakeStore,
    order_id: OrderId,
    failed: Refund,
) -> None:
    payments.request_refund(
        RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id, amount="100.00")
    )
    _supersede(payments, failed)
    payment = payments.payment(order_id)
    first = payment.refund(failed.id)
    assert (first.resolution, first.resolution_note) == (RefundResolution.SUPERSEDED, "")
    assert first.resolved_at == payments.clock.now()
    assert (payment.returned, payment.refundable) == (rupees(100), rupees(200))
    assert provider.net_captured() == {"INR": 20_000}
    assert payments.order(order_id).refunded == rupees(100)
    [event] = [event for event in store.events if isinstance(event, RefundSuperseded)]
    assert (event.refund_id, event.amount_minor) == (failed.id, 10_000)
    with pytest.raises(RefundResolved):
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=failed.id))
    with pytest.raises(RefundResolved):
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=failed.id, reason="x"))
    with pytest.raises(RefundResolved):
        _supersede(payments, failed, "Again")
    assert_invariants_hold(store)


def test_refund_made_in_the_dashboard_covers_a_failed_one(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId, failed: Refund
) -> None:
    reference = payments.payment(order_id).reference
    assert reference is not None
    provider.refund_in_dashboard(reference, rupees(100))
    payments.run_reconciliation(look_back=timedelta(hours=1))
    _supersede(payments, failed)
    assert not payments.payment(order_id).refund(failed.id).needs_attention


def test_refund_that_later_refunds_do_not_cover_is_closed_with_a_note_only(
    payments: PaymentsFixture, order_id: OrderId, failed: Refund
) -> None:
    payments.request_refund(
        RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id, amount="99.99")
    )
    with pytest.raises(InvalidValue, match="do not cover the amount"):
        _supersede(payments, failed, " ")
    assert payments.payment(order_id).refund(failed.id).needs_attention
    _supersede(payments, failed, " With order NC-2 ")
    first = payments.payment(order_id).refund(failed.id)
    assert (first.resolution, first.resolution_note) == (
        RefundResolution.SUPERSEDED,
        "With order NC-2",
    )


def test_earlier_refund_does_not_cover_a_failed_one(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId
) -> None:
    refund_part = RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id, amount="100.00")
    payments.request_refund(refund_part)
    payments.clock.move(minutes=1)
    payments.request_refund(refund_part)
    with pytest.raises(InvalidValue):
        _supersede(payments, _fail(payments, provider, order_id))


def test_one_refund_covers_one_failed_refund(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId, failed: Refund
) -> None:
    refund_part = RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id, amount="100.00")
    payments.request_refund(refund_part)
    second = _fail(payments, provider, order_id)
    payments.clock.move(minutes=1)
    payments.request_refund(refund_part)
    _supersede(payments, failed)
    with pytest.raises(InvalidValue):
        _supersede(payments, second)


def test_money_returned_by_hand_for_a_failed_refund_covers_no_other(
    payments: PaymentsFixture, provider: FakePaymentGateway, order_id: OrderId, failed: Refund
) -> None:
    payments.request_refund(
        RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id, amount="100.00")
    )
    second = _fail(payments, provider, order_id)
    payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=second.id, reason="UPI"))
    with pytest.raises(InvalidValue):
        _supersede(payments, failed)


@pytest.mark.parametrize(("amount", "is_covered"), [("0.01", False), (None, True)])
def test_full_refund_is_covered_by_later_ones_of_everything_only(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    order_id: OrderId,
    amount: str | None,
    *,
    is_covered: bool,
) -> None:
    everything = RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id)
    payments.request_refund(everything)
    failed = _fail(payments, provider, order_id)
    # At the same time, which is not later.
    payments.request_refund(replace(everything, amount=amount))
    if is_covered:
        _supersede(payments, failed)
    else:
        with pytest.raises(InvalidValue):
            _supersede(payments, failed)


def test_successful_refund_cannot_be_retried_or_settled(
    payments: PaymentsFixture, order_id: OrderId
) -> None:
    refund = payments.request_refund(
        RequestRefundCommand(actor=owner(UserId(99)), order_id=order_id)
    )
    with pytest.raises(RefundResolved):
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=refund.id))
    with pytest.raises(RefundResolved):
        payments.settle_refund(SettleRefundCommand(actor=SYSTEM, refund_id=refund.id, reason="x"))


def test_unknown_refund_raises(payments: PaymentsFixture) -> None:
    with pytest.raises(RefundNotFound):
        payments.retry_refund(RetryRefundCommand(actor=SYSTEM, refund_id=RefundId(404)))


def test_support_cannot_resolve_refunds(payments: PaymentsFixture, late: Refund) -> None:
    support = Actor(user_id=UserId(7), role=Role.SUPPORT)
    with pytest.raises(PermissionDenied):
        payments.retry_refund(RetryRefundCommand(actor=support, refund_id=late.id))
    with pytest.raises(PermissionDenied):
        payments.settle_refund(SettleRefundCommand(actor=support, refund_id=late.id, reason="x"))
    with pytest.raises(PermissionDenied):
        payments.supersede_refund(SupersedeRefundCommand(actor=support, refund_id=late.id))


def test_staff_do_not_resolve_a_refund_of_their_own_order(
    payments: PaymentsFixture, late: Refund
) -> None:
    buyer = payments.order(_order_of(payments, late)).user_id
    manager = Actor(user_id=buyer, role=Role.MANAGER)
    with pytest.raises(OwnOrder):
        payments.retry_refund(RetryRefundCommand(actor=manager, refund_id=late.id))
    with pytest.raises(OwnOrder):
        payments.settle_refund(
            SettleRefundCommand(actor=manager, refund_id=late.id, reason="Paid in cash.")
        )
    with pytest.raises(OwnOrder):
        payments.supersede_refund(
            SupersedeRefundCommand(actor=manager, refund_id=late.id, reason="Refunded.")
        )


def test_retry_is_recorded_under_the_person_who_made_it(
    payments: PaymentsFixture, late: Refund
) -> None:
    manager = Actor(user_id=UserId(4711), role=Role.MANAGER)
    retry = payments.retry_refund(RetryRefundCommand(actor=manager, refund_id=late.id))
    assert retry.requested_by == manager.user_id
