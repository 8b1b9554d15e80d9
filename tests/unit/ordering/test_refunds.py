"""Refunds of an order by line, quantity and amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.domain.ordering.errors import OrderNotPaid, RefundExceedsOrder, RefundExceedsUnits
from novacart.domain.ordering.lifecycle import (
    LineStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.ordering.order import Order
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import OrderLineId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem
from tests.support.builders.ordering import NOON, an_order, an_order_line, rupees

FIRST, SECOND = OrderLineId(11), OrderLineId(12)


def paid_order() -> Order:
    order = an_order(
        an_order_line(11, product=1, price=rupees(100), quantity=3),
        an_order_line(12, product=2, price=rupees(50)),
    )
    order.pay(at=NOON, actor="stripe")
    order.collect_events()
    return order


def request(order: Order, *items: RefundItem) -> list[RefundItem]:
    order.request_refund(items, reason="asked", at=NOON, actor="staff:1")
    return list(items)


def settle(order: Order, items: list[RefundItem]) -> list[tuple[int, int]]:
    units = order.settle_refund(items, reason="done", at=NOON, actor="stripe")
    return [(unit.product_id, unit.quantity) for unit in units]


def test_full_refund_of_line_changes_its_status() -> None:
    order = paid_order()
    items = request(order, order.line(SECOND).refund_of(1))
    assert order.line(SECOND).status is LineStatus.REFUND_REQUESTED
    assert order.payment_status.value == "PAID"
    assert settle(order, items) == [(2, 1)]
    assert order.line(SECOND).status is LineStatus.REFUNDED
    assert order.payment_status.value == "PARTIALLY_REFUNDED"
    assert order.status is OrderStatus.PAID
    assert order.refunded == rupees(50)


def test_failed_refund_restores_line() -> None:
    order = paid_order()
    items = request(order, order.line(SECOND).refund_of(1))
    order.fail_refund(items, reason="the bank said no", at=NOON, actor="stripe")
    assert order.line(SECOND).status is LineStatus.CONFIRMED
    assert order.refundable == order.total
    assert order.payment_status.value == "PAID"


def test_order_that_was_refunded_without_its_units_releases_none_with_another_refund() -> None:
    """An earlier release refunded remaining amounts so. `novacart release-stock` released them."""
    order = paid_order()
    items = [RefundItem(line_id=line.id, quantity=0, amount=line.total) for line in order.lines]
    settle(order, request(order, *items))
    assert (order.status, order.reserved_units) == (OrderStatus.REFUNDED, ())
    order.reverse_refund(items, reason="account closed", at=NOON, actor="stripe")
    again = [order.line(item.line_id).refund_again(item, is_returned=True) for item in items]
    assert [item.quantity for item in again] == [3, 1]
    assert settle(order, request(order, *again)) == []
    assert order.line(FIRST).status is LineStatus.REFUNDED


def test_refund_units_one_by_one() -> None:
    order = paid_order()
    line = order.line(FIRST)
    assert settle(order, request(order, line.refund_of(1))) == [(1, 1)]
    assert (line.status, line.refunded_quantity) == (LineStatus.CONFIRMED, 1)
    assert [unit.quantity for unit in order.reserved_units] == [2, 1]
    assert settle(order, request(order, line.refund_of(2))) == [(1, 2)]
    assert line.status is LineStatus.REFUNDED


def test_refund_of_amount_returns_no_units() -> None:
    order = paid_order()
    line = order.line(FIRST)
    assert settle(order, request(order, line.refund_of_amount(rupees(30)))) == []
    assert (line.status, line.refunded_quantity) == (LineStatus.CONFIRMED, 0)
    assert order.refunded == rupees(30)


def test_refund_of_remaining_amount_returns_remaining_units() -> None:
    order = paid_order()
    line = order.line(FIRST)
    settle(order, request(order, line.refund_of_amount(rupees(30))))
    assert settle(order, request(order, line.refund_of_amount(rupees(270)))) == [(1, 3)]
    assert line.status is LineStatus.REFUNDED


def test_full_refund_changes_order_status() -> None:
    order = paid_order()
    items = request(order, *order.plan_refund(order.refundable))
    assert settle(order, items) == [(1, 3), (2, 1)]
    assert order.status is OrderStatus.REFUNDED
    assert order.payment_status.value == "REFUNDED"
    assert not order.refundable


def test_refund_of_shipped_order_releases_no_units() -> None:
    order = paid_order()
    order.start_processing(at=NOON, actor="staff:1")
    order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")
    assert settle(order, request(order, order.line(SECOND).refund_of(1))) == []


def test_reversed_refund_can_be_requested_again() -> None:
    order = paid_order()
    items = request(order, *order.plan_refund(order.refundable))
    settle(order, items)
    order.reverse_refund(items, reason="account closed", at=NOON, actor="stripe")
    assert order.payment_status.value == "PAID"
    assert order.refundable == order.total
    assert {line.status for line in order.lines} == {LineStatus.REFUND_REQUESTED}
    assert order.reserved_units == ()
    again = request(order, *order.plan_refund(order.refundable))
    assert settle(order, again) == []
    assert order.payment_status.value == "REFUNDED"
    assert order.status is OrderStatus.REFUNDED


def test_refund_above_remaining_amount_raises() -> None:
    order = paid_order()
    line = order.line(FIRST)
    item = line.refund_of(3)
    request(order, item)
    for operation in (
        lambda: line.refund_of_amount(rupees(1)),
        lambda: request(order, item),
        lambda: order.plan_refund(order.total),
    ):
        with pytest.raises(RefundExceedsOrder):
            operation()


def test_refund_of_too_many_units_names_the_item_and_the_units_left() -> None:
    order = paid_order()
    line = order.line(FIRST)
    request(order, line.refund_of(1))
    with pytest.raises(RefundExceedsUnits, match=f"At most 2 of “{line.title}” can be refunded"):
        line.refund_of(3)
    request(order, line.refund_of(2))
    with pytest.raises(RefundExceedsUnits, match=f"No units of “{line.title}” are left"):
        line.refund_of(1)


@pytest.mark.parametrize(
    ("quantity", "amount", "error"), [(4, 100, RefundExceedsUnits), (1, 301, RefundExceedsOrder)]
)
def test_request_refund_above_quantity_or_amount_of_line_raises(
    quantity: int, amount: int, error: type[DomainError]
) -> None:
    order = paid_order()
    item = RefundItem(line_id=FIRST, quantity=quantity, amount=rupees(amount))
    with pytest.raises(error):
        order.request_refund([item], reason="asked", at=NOON, actor="staff:1")
    assert order.line(FIRST).refundable == rupees(300)


@pytest.mark.parametrize("amount", [0, -1])
def test_refund_of_zero_or_less_raises(amount: int) -> None:
    order = paid_order()
    with pytest.raises(InvalidValue):
        order.plan_refund(Money(amount, "INR"))
    with pytest.raises(InvalidValue):
        order.line(FIRST).refund_of_amount(Money(amount, "INR"))
    with pytest.raises(InvalidValue):
        order.line(FIRST).refund_of(amount)


def test_settle_or_fail_unrequested_refund_raises() -> None:
    order = paid_order()
    item = RefundItem(line_id=FIRST, quantity=1, amount=rupees(100))
    with pytest.raises(RefundExceedsOrder):
        settle(order, [item])
    with pytest.raises(RefundExceedsOrder):
        order.fail_refund([item], reason="no", at=NOON, actor="stripe")
    with pytest.raises(RefundExceedsOrder):
        order.reverse_refund([item], reason="no", at=NOON, actor="stripe")


@pytest.mark.parametrize(("quantity", "amount"), [(2, 100), (1, 101)])
def test_settle_more_than_was_requested_raises(quantity: int, amount: int) -> None:
    order = paid_order()
    request(order, order.line(FIRST).refund_of(1))
    with pytest.raises(RefundExceedsOrder):
        settle(order, [RefundItem(line_id=FIRST, quantity=quantity, amount=rupees(amount))])


@pytest.mark.parametrize("method", PaymentMethod)
def test_refund_of_unpaid_order_raises(method: PaymentMethod) -> None:
    order = an_order(method=method)
    assert not order.refundable
    with pytest.raises(OrderNotPaid):
        order.plan_refund(order.total)
    with pytest.raises(OrderNotPaid):
        request(order, order.lines[0].refund_of(1))


@given(
    prices=st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10)), min_size=1, max_size=5),
    share=st.floats(0, 1),
)
def test_planned_refund_adds_up_to_amount(prices: list[tuple[int, int]], share: float) -> None:
    order = an_order(
        *(
            an_order_line(index, product=index, price=Money(price, "INR"), quantity=quantity)
            for index, (price, quantity) in enumerate(prices, 1)
        )
    )
    order.pay(at=NOON, actor="stripe")
    amount = Money(max(1, int(order.total.amount * share)), "INR")
    items = order.plan_refund(amount)
    assert sum(item.amount.amount for item in items) == amount.amount
    settle(order, request(order, *items))
    assert order.refunded == amount
    assert (order.status is OrderStatus.REFUNDED) == (amount == order.total)


@given(st.data())
def test_any_sequence_of_refunds_stays_within_order(data: st.DataObject) -> None:
    order = paid_order()
    waiting: list[list[RefundItem]] = []
    for _ in range(data.draw(st.integers(1, 12))):
        act = data.draw(st.sampled_from(["units", "amount", "settle", "fail"]))
        line = data.draw(st.sampled_from(order.lines))
        try:
            if act == "units":
                waiting.append(request(order, line.refund_of(data.draw(st.integers(1, 3)))))
            elif act == "amount":
                worth = Money(data.draw(st.integers(1, 30_000)), "INR")
                waiting.append(request(order, line.refund_of_amount(worth)))
            elif waiting and act == "settle":
                settle(order, waiting.pop(0))
            elif waiting:
                order.fail_refund(waiting.pop(), reason="no", at=NOON, actor="stripe")
        except DomainError:
            pass
        for one in order.lines:
            assert one.refunded_amount + one.refund_requested_amount <= one.total
            assert one.refunded_quantity + one.refund_requested_quantity <= one.quantity
            requested = [i for items in waiting for i in items if i.line_id == one.id]
            assert sum(i.amount.amount for i in requested) == one.refund_requested_amount.amount
        assert order.refunded <= order.total
        assert (order.status is OrderStatus.REFUNDED) == (order.refunded == order.total)


def test_refunds_of_a_late_payment_change_the_payment_status_only() -> None:
    order = an_order(an_order_line(1, quantity=2, price=rupees(100)))
    order.cancel(reason="Changed my mind.", at=NOON, actor="user:1")

    def record(amount: int) -> tuple[bool, str, Money]:
        changed = order.record_late_refunds(
            rupees(amount), of=rupees(200), reason="It was late.", at=NOON, actor="stripe"
        )
        return changed, order.payment_status.value, order.refunded

    assert record(0) == (False, "VOIDED", rupees(0))
    assert record(50) == (True, "PARTIALLY_REFUNDED", rupees(50))
    assert record(200) == (True, "REFUNDED", rupees(200))
    assert record(200) == (False, "REFUNDED", rupees(200))
    assert not order.refundable
    assert order.status.value == "CANCELLED"
    assert {line.status.value for line in order.lines} == {"CANCELLED"}
    assert record(0) == (True, "VOIDED", rupees(0))
    assert [(change.before, change.after) for change in order.history[-3:]] == [
        ("VOIDED", "PARTIALLY_REFUNDED"),
        ("PARTIALLY_REFUNDED", "REFUNDED"),
        ("REFUNDED", "VOIDED"),
    ]
    by = {(change.reason, change.at, change.actor) for change in order.history[-3:]}
    assert by == {("It was late.", NOON, "stripe")}


def test_refunds_of_a_paid_order_are_no_late_refunds() -> None:
    order = paid_order()
    changed = order.record_late_refunds(
        rupees(50), of=rupees(200), reason="It was late.", at=NOON, actor="stripe"
    )
    assert not changed
    assert order.payment_status.value == "PAID"
