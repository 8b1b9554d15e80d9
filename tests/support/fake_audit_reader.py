"""Invariants of the data in the fake repositories."""

from collections import Counter
from itertools import pairwise

from novacart.domain.ordering.history import ChangeSubject
from novacart.domain.ordering.lifecycle import ORDER_LIFECYCLE, OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import RefundResolution
from novacart.domain.shared.ids import VariantId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore

_UNIQUE_EVENTS = {"order.confirmed", "order.shipped", "order.cancelled", "order.returned"}


def assert_invariants_hold(store: FakeStore) -> None:
    """Check what must hold after every operation."""
    payments: dict[int, list[Payment]] = {}
    for payment in store.payments.values():
        payments.setdefault(payment.order_id, []).append(payment)
    orders = list(store.orders.values())
    for order in orders:
        _assert_order(order, payments.get(order.id, []))
    assert set(payments) <= {order.id for order in orders}
    _assert_stock(store, orders)
    event_counts = Counter(
        (event.name, event.payload()["order_id"])
        for event in store.events
        if event.name in _UNIQUE_EVENTS
    )
    assert set(event_counts.values()) <= {1}


def assert_provider_agrees(store: FakeStore, provider: FakePaymentGateway) -> None:
    """Check what must hold after all events are handled."""
    net: Counter[str] = Counter()
    for payment in store.payments.values():
        net[payment.amount.currency] += (payment.captured - payment.refunded).amount
        report = provider.retrieve(payment.reference or "")
        captured = report.payment.captured if report and report.payment else None
        assert captured in {None, payment.captured}
    at_provider = provider.net_captured()
    assert {currency: net[currency] for currency in at_provider} == dict(at_provider)
    assert {event.state for event in store.webhook_events.values()} <= {"handled"}


def _assert_order(order: Order, payments: list[Payment]) -> None:
    lines = sum(line.unit_price.amount * line.quantity for line in order.lines)
    assert order.total.amount == lines
    captured = [payment for payment in payments if payment.captured]
    assert len(captured) <= 1
    if order.paid_at is not None and order.payment_method.value == "ONLINE":
        assert [payment.captured for payment in captured] == [order.total]
    if order.paid_at is None:
        assert order.late_refunded.amount == sum(payment.returned.amount for payment in payments)
        assert all(not payment.refundable for payment in captured), (
            "payment of a closed order is not refunded"
        )
    for payment in payments:
        refunded = sum(refund.amount.amount for refund in payment.refunds if refund.is_effective)
        assert 0 <= refunded <= payment.captured.amount
    _assert_lines(order, payments)
    _assert_history(order)


def _assert_lines(order: Order, payments: list[Payment]) -> None:
    refunded: Counter[int] = Counter()
    requested: Counter[int] = Counter()
    for refund in (refund for payment in payments for refund in payment.refunds):
        for item in refund.items:
            by_hand = refund.resolution is RefundResolution.SETTLED_BY_HAND
            if by_hand or refund.status is RefundStatus.SUCCEEDED:
                refunded[item.line_id] += item.amount.amount
            elif refund.is_effective:
                requested[item.line_id] += item.amount.amount
    for line in order.lines:
        assert line.refunded_amount.amount == refunded[line.id]
        assert line.refund_requested_amount.amount == requested[line.id]
        assert refunded[line.id] + requested[line.id] <= line.unit_price.amount * line.quantity


def _assert_history(order: Order) -> None:
    changes = [change for change in order.history if change.subject is ChangeSubject.ORDER]
    table = ORDER_LIFECYCLE[order.payment_method]
    for change in changes:
        assert OrderStatus(change.after) in table[OrderStatus(change.before)]
    for previous, next_change in pairwise(changes):
        assert previous.after == next_change.before
    if changes:
        assert changes[-1].after == order.status


def _assert_stock(store: FakeStore, orders: list[Order]) -> None:
    on_hand: Counter[VariantId] = Counter()
    reserved: Counter[VariantId] = Counter()
    for movement in store.stock_movements.values():
        on_hand[movement.variant_id] += movement.on_hand_delta
        reserved[movement.variant_id] += movement.reserved_delta
    expected: Counter[VariantId] = Counter()
    for order in orders:
        for units in order.reserved_units:
            expected[units.variant_id] += units.quantity
    for level in store.stock_levels.values():
        variant_id = level.variant_id
        assert (level.on_hand, level.reserved) == (on_hand[variant_id], reserved[variant_id])
        assert level.reserved == expected[variant_id]
        assert level.on_hand >= level.reserved >= 0
