"""The history and the events of an order, with all fields."""

from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from novacart.domain.ordering.errors import InvalidTransition
from novacart.domain.ordering.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderLineCancelled,
    OrderProcessingStarted,
    OrderShipped,
)
from novacart.domain.ordering.history import StatusChange
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import Order
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import DomainEvent
from novacart.domain.shared.ids import OrderLineId
from tests.support.builders.ordering import NOON, an_order, an_order_line, rupees

LATER = NOON + timedelta(hours=5)
FIRST, SECOND = OrderLineId(11), OrderLineId(12)
Entry = tuple[str, int | None, str, str]


def event_fields(order: Order, at: datetime = LATER) -> dict[str, object]:
    return {
        "order_id": 7,
        "order_number": "NC-20261102-7K3M9Q",
        "user_id": 3,
        "payment_method": str(order.payment_method),
        "currency": "INR",
        "occurred_at": at,
    }


def field_values(event: DomainEvent) -> dict[str, object]:
    """All fields of an event."""
    return {field.name: getattr(event, field.name) for field in fields(event) if field.init}


def changes(order: Order, *, actor: str, reason: str, since: int = 0) -> list[Entry]:
    """The history from index `since`; checks that all entries have this actor and reason."""
    entries: tuple[StatusChange, ...] = order.history[since:]
    assert {(each.at, each.actor, each.reason) for each in entries} == {(LATER, actor, reason)}
    return [(str(each.subject), each.line_id, each.before, each.after) for each in entries]


def recorded_fields(order: Order, *kinds: type[DomainEvent]) -> list[dict[str, object]]:
    events = order.collect_events()
    assert tuple(type(event) for event in events) == kinds
    return [field_values(event) for event in events]


def paid() -> Order:
    order = an_order(
        an_order_line(11, product=1, price=rupees(100), quantity=3),
        an_order_line(12, product=2, price=rupees(50)),
    )
    order.pay(at=NOON, actor="stripe")
    order.collect_events()
    return order


def cod() -> Order:
    return an_order(
        an_order_line(11, product=1), an_order_line(12, product=2), method=PaymentMethod.COD
    )


def test_pay_records_history_and_event() -> None:
    order = an_order()
    order.pay(at=LATER, actor="stripe")
    assert changes(order, actor="stripe", reason="The order was paid.") == [
        ("order", None, "PENDING", "PAID"),
        ("payment", None, "PENDING", "PAID"),
        ("line", 11, "PENDING", "CONFIRMED"),
    ]
    assert recorded_fields(order, OrderConfirmed) == [event_fields(order) | {"total_minor": 10_000}]
    assert order.paid_at == LATER


def test_start_processing_records_history_and_event() -> None:
    order = cod()
    order.start_processing(at=LATER, actor="staff:1")
    assert changes(order, actor="staff:1", reason="Processing started.") == [
        ("order", None, "CONFIRMED", "PROCESSING")
    ]
    assert recorded_fields(order, OrderProcessingStarted) == [event_fields(order)]


def test_ship_records_carrier() -> None:
    order = cod()
    order.start_processing(at=NOON, actor="staff:1")
    order.collect_events()
    order.ship(carrier="India Post", tracking_number="EM 1", at=LATER, actor="staff:2")
    reason = "Shipped by India Post, EM 1."
    assert changes(order, actor="staff:2", reason=reason, since=1) == [
        ("order", None, "PROCESSING", "SHIPPED")
    ]
    assert recorded_fields(order, OrderShipped) == [
        event_fields(order) | {"carrier": "India Post", "tracking_number": "EM 1"}
    ]
    assert (order.carrier, order.tracking_number, order.shipped_at) == (
        "India Post",
        "EM 1",
        LATER,
    )


def test_deliver_cod_order_records_payment() -> None:
    order = cod()
    order.start_processing(at=NOON, actor="staff:1")
    order.ship(carrier="India Post", tracking_number="EM 1", at=NOON, actor="staff:1")
    order.collect_events()
    order.deliver(at=LATER, actor="staff:3")
    assert changes(order, actor="staff:3", reason="The order was delivered.", since=2) == [
        ("order", None, "SHIPPED", "DELIVERED"),
        ("payment", None, "PENDING", "PAID"),
    ]
    assert recorded_fields(order, OrderDelivered) == [event_fields(order)]
    assert (order.delivered_at, order.paid_at) == (LATER, LATER)


def test_cancel_records_history_and_event() -> None:
    order = an_order()
    order.cancel(reason="Changed my mind.", at=LATER, actor="user:3")
    assert changes(order, actor="user:3", reason="Changed my mind.") == [
        ("order", None, "PENDING", "CANCELLED"),
        ("payment", None, "PENDING", "VOIDED"),
        ("line", 11, "PENDING", "CANCELLED"),
    ]
    assert recorded_fields(order, OrderCancelled) == [
        event_fields(order) | {"reason": "Changed my mind.", "expired": False}
    ]


def test_expire_has_system_as_actor() -> None:
    order = an_order()
    order.expire(at=LATER)
    reason = "The order was not paid in time."
    assert changes(order, actor="system", reason=reason)[0] == (
        "order",
        None,
        "PENDING",
        "CANCELLED",
    )
    assert recorded_fields(order, OrderCancelled) == [
        event_fields(order) | {"reason": reason, "expired": True}
    ]


def test_invalid_transition_has_both_statuses() -> None:
    with pytest.raises(InvalidTransition) as error:
        paid().expire(at=LATER)
    assert error.value.details == {"from": "PAID", "to": "CANCELLED"}


def test_cancel_lines_one_by_one() -> None:
    order = cod()
    order.cancel_line(FIRST, reason="Too many.", at=LATER, actor="user:3")
    line = event_fields(order) | {"line_id": 11, "reason": "Too many."}
    assert changes(order, actor="user:3", reason="Too many.") == [
        ("line", 11, "CONFIRMED", "CANCELLED")
    ]
    assert recorded_fields(order, OrderLineCancelled) == [line]
    order.cancel_line(SECOND, reason="Too many.", at=LATER, actor="user:3")
    assert changes(order, actor="user:3", reason="Too many.", since=1) == [
        ("line", 12, "CONFIRMED", "CANCELLED"),
        ("order", None, "CONFIRMED", "CANCELLED"),
        ("payment", None, "PENDING", "VOIDED"),
    ]
    assert recorded_fields(order, OrderLineCancelled, OrderCancelled) == [
        line | {"line_id": 12},
        event_fields(order) | {"reason": "Too many.", "expired": False},
    ]


def test_partial_refund_and_its_reversal() -> None:
    order = paid()
    items = [order.line(SECOND).refund_of(1)]
    start = len(order.history)
    order.request_refund(items, reason="Broken.", at=LATER, actor="user:3")
    assert changes(order, actor="user:3", reason="Broken.", since=start) == [
        ("line", 12, "CONFIRMED", "REFUND_REQUESTED")
    ]
    order.settle_refund(items, reason="Sent.", at=LATER, actor="stripe")
    assert changes(order, actor="stripe", reason="Sent.", since=start + 1) == [
        ("line", 12, "REFUND_REQUESTED", "REFUNDED"),
        ("payment", None, "PAID", "PARTIALLY_REFUNDED"),
    ]
    order.reverse_refund(items, reason="Sent back.", at=LATER, actor="stripe")
    assert changes(order, actor="stripe", reason="Sent back.", since=start + 3) == [
        ("line", 12, "REFUNDED", "REFUND_REQUESTED"),
        ("payment", None, "PARTIALLY_REFUNDED", "PAID"),
    ]
    assert recorded_fields(order) == []


def test_failed_refund_records_history() -> None:
    order = paid()
    items = [order.line(SECOND).refund_of(1)]
    order.request_refund(items, reason="Broken.", at=NOON, actor="user:3")
    order.collect_events()
    start = len(order.history)
    order.fail_refund(items, reason="Refused.", at=LATER, actor="stripe")
    assert changes(order, actor="stripe", reason="Refused.", since=start) == [
        ("line", 12, "REFUND_REQUESTED", "CONFIRMED")
    ]


def test_full_refund_records_history() -> None:
    order = an_order()
    order.pay(at=NOON, actor="stripe")
    items = [order.line(FIRST).refund_of(1)]
    order.request_refund(items, reason="Broken.", at=NOON, actor="user:3")
    order.collect_events()
    start = len(order.history)
    order.settle_refund(items, reason="Sent.", at=LATER, actor="stripe")
    assert changes(order, actor="stripe", reason="Sent.", since=start) == [
        ("line", 11, "REFUND_REQUESTED", "REFUNDED"),
        ("payment", None, "PAID", "REFUNDED"),
        ("order", None, "PAID", "REFUNDED"),
    ]


def test_refund_of_zero_names_invalid_field() -> None:
    with pytest.raises(InvalidValue, match=r"^A refund must be more than zero\.$") as worth_nothing:
        paid().line(FIRST).refund_of_amount(rupees(0))
    assert worth_nothing.value.field == "amount"
    with pytest.raises(InvalidValue) as of_nothing:
        paid().plan_refund(rupees(0))
    assert (of_nothing.value.field, str(of_nothing.value)) == (
        "amount",
        "A refund must be more than zero.",
    )
    with pytest.raises(InvalidValue) as of_no_unit:
        paid().line(FIRST).refund_of(0)
    assert (of_no_unit.value.field, str(of_no_unit.value)) == (
        "quantity",
        "The quantity of a refund must be at least 1.",
    )


def test_events_whose_name_begins_with_order_name_their_order() -> None:
    """The audit compares these messages with the orders."""
    waiting, found = [DomainEvent], 0
    while waiting:
        event = waiting.pop()
        waiting += event.__subclasses__()
        if getattr(event, "name", "").startswith("order."):
            found += 1
            assert "order_id" in {field.name for field in fields(event)}, event
    assert found >= 10
