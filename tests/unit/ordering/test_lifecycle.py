"""Lifecycles: every pair of statuses, by table and by method."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from novacart.domain.ordering.errors import (
    InvalidTransition,
    OrderAlreadyCancelled,
    OrderAlreadyShipped,
    OrderNotPaid,
    PaidOrderCannotBeCancelled,
    RefundExceedsOrder,
)
from novacart.domain.ordering.lifecycle import (
    LINE_LIFECYCLE,
    ORDER_LIFECYCLE,
    PAYMENT_LIFECYCLE,
    LineStatus,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.ordering.order import Order
from tests.support.builders.ordering import NOON, an_order, an_order_line

S = OrderStatus
ONLINE, COD = PaymentMethod

# Written out, so that an error in the table fails a test.
TRANSITIONS = {
    ONLINE: {
        (S.PENDING, S.PAID),
        (S.PENDING, S.CANCELLED),
        (S.PAID, S.PROCESSING),
        (S.PAID, S.REFUNDED),
        (S.PROCESSING, S.SHIPPED),
        (S.PROCESSING, S.REFUNDED),
        (S.SHIPPED, S.DELIVERED),
        (S.SHIPPED, S.REFUNDED),
        (S.DELIVERED, S.REFUNDED),
    },
    COD: {
        (S.CONFIRMED, S.PROCESSING),
        (S.CONFIRMED, S.CANCELLED),
        (S.PROCESSING, S.SHIPPED),
        (S.PROCESSING, S.CANCELLED),
        (S.SHIPPED, S.DELIVERED),
        (S.SHIPPED, S.CANCELLED),
    },
}
ERRORS = (
    InvalidTransition,
    OrderAlreadyCancelled,
    OrderAlreadyShipped,
    OrderNotPaid,
    PaidOrderCannotBeCancelled,
    RefundExceedsOrder,
)


def _refund_all(order: Order) -> None:
    items = order.plan_refund(order.refundable)
    order.request_refund(items, reason="asked", at=NOON, actor="staff:1")
    order.settle_refund(items, reason="asked", at=NOON, actor="stripe")


def _cancel_or_return(order: Order) -> None:
    if order.payment_method is COD and order.status is S.SHIPPED:
        order.return_undelivered(reason="refused", at=NOON, actor="staff:1")
    else:
        order.cancel(reason="no", at=NOON, actor="user:3")


ACTIONS: dict[OrderStatus, Callable[[Order], object]] = {
    S.PAID: lambda order: order.pay(at=NOON, actor="stripe"),
    S.PROCESSING: lambda order: order.start_processing(at=NOON, actor="staff:1"),
    S.SHIPPED: lambda order: order.ship(
        carrier="Post", tracking_number="P1", at=NOON, actor="staff:1"
    ),
    S.DELIVERED: lambda order: order.deliver(at=NOON, actor="staff:1"),
    S.CANCELLED: _cancel_or_return,
    S.REFUNDED: _refund_all,
}
# The actions that bring a new order to a status.
PATHS = {
    ONLINE: {
        S.PENDING: (),
        S.PAID: (S.PAID,),
        S.PROCESSING: (S.PAID, S.PROCESSING),
        S.SHIPPED: (S.PAID, S.PROCESSING, S.SHIPPED),
        S.DELIVERED: (S.PAID, S.PROCESSING, S.SHIPPED, S.DELIVERED),
        S.CANCELLED: (S.CANCELLED,),
        S.REFUNDED: (S.PAID, S.REFUNDED),
    },
    COD: {
        S.CONFIRMED: (),
        S.PROCESSING: (S.PROCESSING,),
        S.SHIPPED: (S.PROCESSING, S.SHIPPED),
        S.DELIVERED: (S.PROCESSING, S.SHIPPED, S.DELIVERED),
        S.CANCELLED: (S.CANCELLED,),
    },
}


def _order_in(status: OrderStatus, method: PaymentMethod) -> Order:
    order = an_order(an_order_line(quantity=2), method=method)
    for step in PATHS[method][status]:
        ACTIONS[step](order)
    assert order.status is status
    return order


@pytest.mark.parametrize("method", PaymentMethod)
def test_lifecycle_table_has_exactly_these_transitions(method: PaymentMethod) -> None:
    table = ORDER_LIFECYCLE[method]
    assert set(table) == set(OrderStatus)
    assert {(before, after) for before in table for after in table[before]} == TRANSITIONS[method]


@pytest.mark.parametrize(
    ("method", "before", "after"),
    [
        (method, before, after)
        for method in PaymentMethod
        for before, after in product(PATHS[method], ACTIONS)
    ],
)
def test_order_changes_only_along_its_transitions(
    method: PaymentMethod, before: OrderStatus, after: OrderStatus
) -> None:
    order = _order_in(before, method)
    changes = len(order.history)
    if (before, after) in TRANSITIONS[method]:
        ACTIONS[after](order)
        assert order.status is after
        assert len(order.history) > changes
    else:
        with pytest.raises(ERRORS):
            ACTIONS[after](order)
        assert order.status is before
        assert len(order.history) == changes


def test_initial_status_depends_on_payment_method() -> None:
    online, cod = an_order(), an_order(method=COD)
    assert (online.status, online.lines[0].status) == (S.PENDING, LineStatus.PENDING)
    assert (cod.status, cod.lines[0].status) == (S.CONFIRMED, LineStatus.CONFIRMED)
    assert online.payment_status is cod.payment_status is OrderPaymentStatus.PENDING


@pytest.mark.parametrize(("before", "after"), list(product(LineStatus, LineStatus)))
def test_line_changes_only_along_its_transitions(before: LineStatus, after: LineStatus) -> None:
    line = an_order_line()
    line.status = before
    if after in LINE_LIFECYCLE[before]:
        line.change_status(after)
        assert line.status is after
    else:
        with pytest.raises(InvalidTransition):
            line.change_status(after)
        assert line.status is before


def test_tables_have_every_status_and_final_statuses() -> None:
    assert set(PAYMENT_LIFECYCLE) == set(OrderPaymentStatus)
    assert set(LINE_LIFECYCLE) == set(LineStatus)
    assert OrderPaymentStatus.PAID not in PAYMENT_LIFECYCLE[OrderPaymentStatus.VOIDED]
    assert not LINE_LIFECYCLE[LineStatus.CANCELLED]


def test_history_has_time_actor_and_reason() -> None:
    order = an_order()
    later = NOON + timedelta(minutes=5)
    order.cancel(reason="changed my mind", at=later, actor="user:3")
    assert [(c.subject, c.before, c.after) for c in order.history] == [
        ("order", "PENDING", "CANCELLED"),
        ("payment", "PENDING", "VOIDED"),
        ("line", "PENDING", "CANCELLED"),
    ]
    assert {(c.at, c.actor, c.reason) for c in order.history} == {
        (later, "user:3", "changed my mind")
    }
