"""What an order promises and refuses."""

from datetime import date, datetime, timedelta

import pytest

from novacart.domain.ordering.delivery import estimated_delivery
from novacart.domain.ordering.errors import (
    InvalidTransition,
    LineAlreadyCancelled,
    NothingToShip,
    OrderAlreadyShipped,
    OrderLineNotFound,
    OrderNotPaid,
    OrderStillPayable,
    PaidOrderCannotBeCancelled,
    RefundInProgress,
)
from novacart.domain.ordering.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderLineCancelled,
    OrderPlaced,
    OrderShipped,
)
from novacart.domain.ordering.lifecycle import (
    LineStatus,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.ordering.number import ALPHABET, order_number
from novacart.domain.ordering.order import Order
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, OrderLineId, UserId
from tests.support.builders.ordering import ADDRESS, NOON, an_order, an_order_line, rupees

COD = PaymentMethod.COD
FIRST, SECOND = OrderLineId(11), OrderLineId(12)


def two_lines(**options: PaymentMethod) -> Order:
    return an_order(
        an_order_line(11, product=1, price=rupees(100), quantity=2),
        an_order_line(12, product=2, price=rupees(50)),
        **options,  # type: ignore[arg-type]
    )


def test_the_total_is_the_sum_of_the_lines_whatever_becomes_of_them() -> None:
    order = two_lines(method=COD)
    assert order.total == rupees(250)
    order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    assert order.total == rupees(250)


def test_an_order_needs_lines() -> None:
    with pytest.raises(InvalidValue) as refused:
        Order.place(
            id=OrderId(1),
            number="NC-20261102-7K3M9Q",
            user_id=UserId(1),
            email="a@example.com",
            lines=[],
            address=ADDRESS,
            payment_method=COD,
            placed_at=NOON,
            expires_at=None,
        )
    assert refused.value.field == "lines"


@pytest.mark.parametrize(
    ("method", "field"), [(COD, "address_id"), (PaymentMethod.ONLINE, "expires_at")]
)
def test_an_order_needs_what_its_payment_method_needs(method: PaymentMethod, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Order.place(
            id=OrderId(1),
            number="NC-20261102-7K3M9Q",
            user_id=UserId(1),
            email="a@example.com",
            lines=[an_order_line()],
            address=None,
            payment_method=method,
            placed_at=NOON,
            expires_at=None,
        )
    assert refused.value.field == field


def test_placing_tells_what_was_placed_and_cod_confirms_it() -> None:
    def placed(method: PaymentMethod) -> list[type]:
        order = Order.place(
            id=OrderId(1),
            number="NC-20261102-7K3M9Q",
            user_id=UserId(1),
            email="a@example.com",
            lines=[an_order_line()],
            address=ADDRESS,
            payment_method=method,
            placed_at=NOON,
            expires_at=NOON,
        )
        return [type(event) for event in order.collect_events()]

    assert placed(PaymentMethod.ONLINE) == [OrderPlaced]
    assert placed(COD) == [OrderPlaced, OrderConfirmed]


def test_a_paid_order_is_confirmed_line_by_line() -> None:
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    assert {line.status for line in order.lines} == {LineStatus.CONFIRMED}
    assert (order.payment_status, order.paid_at) == (OrderPaymentStatus.PAID, NOON)
    (event,) = order.collect_events()
    assert isinstance(event, OrderConfirmed)
    assert event.payload()["total_minor"] == 25_000


def test_a_paid_order_cannot_be_cancelled() -> None:
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    with pytest.raises(PaidOrderCannotBeCancelled):
        order.cancel(reason="no", at=NOON, actor="user:3")


def test_cancelling_gives_back_every_unit_once_and_marks_every_line() -> None:
    order = two_lines()
    units = order.cancel(reason="no", at=NOON, actor="user:3")
    assert [(unit.product_id, unit.quantity) for unit in units] == [(1, 2), (2, 1)]
    assert [line.cancelled_at for line in order.lines] == [NOON, NOON]
    assert order.reserved_units == ()
    (event,) = order.collect_events()
    assert isinstance(event, OrderCancelled)
    assert not event.expired


def test_an_order_expires_when_its_time_is_over_and_not_before() -> None:
    order = two_lines()
    assert order.expires_at is not None
    with pytest.raises(OrderStillPayable):
        order.expire(at=order.expires_at - timedelta(microseconds=1))
    order.expire(at=order.expires_at)
    assert order.status is OrderStatus.CANCELLED
    (event,) = order.collect_events()
    assert isinstance(event, OrderCancelled)
    assert event.expired


def test_only_an_order_that_waits_for_its_payment_expires() -> None:
    for order in (two_lines(method=COD), two_lines()):
        if order.payment_method is not COD:
            order.pay(at=NOON, actor="stripe")
        with pytest.raises(InvalidTransition):
            order.expire(at=NOON + timedelta(days=1))


def test_cancelling_a_line_gives_back_its_units() -> None:
    order = two_lines(method=COD)
    (units,) = order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    assert (units.line_id, units.quantity) == (FIRST, 2)
    assert order.status is OrderStatus.CONFIRMED
    assert order.line(FIRST).cancelled_at == NOON
    assert [unit.line_id for unit in order.reserved_units] == [SECOND]
    (event,) = order.collect_events()
    assert isinstance(event, OrderLineCancelled)


def test_with_the_last_line_goes_the_order() -> None:
    order = two_lines(method=COD)
    order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    (units,) = order.cancel_line(SECOND, reason="no", at=NOON, actor="user:3")
    assert units.line_id == SECOND
    assert order.status is OrderStatus.CANCELLED
    assert order.payment_status is OrderPaymentStatus.VOIDED


def test_a_line_is_not_cancelled_twice_nor_after_it_was_sent_nor_where_it_is_not() -> None:
    order = two_lines(method=COD)
    order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    with pytest.raises(LineAlreadyCancelled):
        order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    with pytest.raises(OrderLineNotFound):
        order.cancel_line(OrderLineId(99), reason="no", at=NOON, actor="user:3")
    order.start_processing(at=NOON, actor="staff:1")
    order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")
    with pytest.raises(OrderAlreadyShipped):
        order.cancel_line(SECOND, reason="no", at=NOON, actor="user:3")


def test_a_line_of_an_unpaid_order_is_not_cancelled_alone() -> None:
    order = two_lines()
    with pytest.raises(OrderNotPaid):
        order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")


def test_a_paid_line_goes_by_refund_alone() -> None:
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    with pytest.raises(PaidOrderCannotBeCancelled):
        order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")


def test_shipping_sells_what_is_still_wanted() -> None:
    order = two_lines(method=COD)
    order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    order.start_processing(at=NOON, actor="staff:1")
    order.collect_events()
    (units,) = order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")
    assert units.line_id == SECOND
    assert (order.carrier, order.tracking_number, order.shipped_at) == ("Post", "P1", NOON)
    assert order.reserved_units == ()
    (event,) = order.collect_events()
    assert isinstance(event, OrderShipped)
    assert event.tracking_number == "P1"


def test_nothing_is_sent_while_a_refund_of_goods_is_on_its_way() -> None:
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    order.start_processing(at=NOON, actor="staff:1")
    item = order.line(FIRST).refund_of(1)
    order.request_refund([item], reason="asked", at=NOON, actor="staff:1")
    with pytest.raises(RefundInProgress):
        order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")
    assert order.status is OrderStatus.PROCESSING
    order.settle_refund([item], reason="asked", at=NOON, actor="stripe")
    units = order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")
    assert [unit.quantity for unit in units] == [1, 1]


def test_an_order_whose_goods_all_went_back_has_nothing_to_ship() -> None:
    order = an_order(an_order_line())
    order.pay(at=NOON, actor="stripe")
    order.start_processing(at=NOON, actor="staff:1")
    line = order.lines[0]
    line.refunded_quantity = 1
    with pytest.raises(NothingToShip):
        order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")


def test_cash_on_delivery_is_paid_on_delivery() -> None:
    order = two_lines(method=COD)
    order.start_processing(at=NOON, actor="staff:1")
    order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")
    order.collect_events()
    later = NOON + timedelta(days=3)
    order.deliver(at=later, actor="staff:1")
    assert (order.payment_status, order.paid_at) == (OrderPaymentStatus.PAID, later)
    assert order.delivered_at == later
    (event,) = order.collect_events()
    assert isinstance(event, OrderDelivered)


@pytest.mark.parametrize(
    ("ordered", "arrives"),
    [
        ("2026-11-02T12:00:00+00:00", date(2026, 11, 9)),  # Monday: the Monday after
        ("2026-11-06T23:59:59+00:00", date(2026, 11, 13)),  # Friday
        ("2026-11-07T00:00:00+00:00", date(2026, 11, 13)),  # Saturday
        ("2026-11-08T00:00:00+00:00", date(2026, 11, 13)),  # Sunday
    ],
)
def test_delivery_takes_five_days_from_monday_to_friday(ordered: str, arrives: date) -> None:
    assert estimated_delivery(datetime.fromisoformat(ordered)) == arrives


def test_an_order_number_tells_the_day_and_uses_letters_that_are_told_apart() -> None:
    assert order_number(NOON, [0, 1, 2, 3, 4, 5]) == "NC-20261102-234567"
    assert not set(ALPHABET) & set("0O1ILUV")
    assert len(set(ALPHABET)) == len(ALPHABET)
