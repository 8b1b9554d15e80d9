"""The order aggregate."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

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


def test_total_includes_cancelled_lines() -> None:
    order = two_lines(method=COD)
    assert order.total == rupees(250)
    order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    assert order.total == rupees(250)


def test_place_without_lines_raises() -> None:
    with pytest.raises(InvalidValue) as error:
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
    assert error.value.field == "lines"


@pytest.mark.parametrize(
    ("method", "field"), [(COD, "address_id"), (PaymentMethod.ONLINE, "expires_at")]
)
def test_place_without_required_value_raises(method: PaymentMethod, field: str) -> None:
    with pytest.raises(InvalidValue) as error:
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
    assert error.value.field == field


def place(method: PaymentMethod, *, at: datetime = NOON, zone: tzinfo = UTC) -> Order:
    return Order.place(
        id=OrderId(1),
        number="NC-20261102-7K3M9Q",
        user_id=UserId(1),
        email="a@example.com",
        lines=[an_order_line()],
        address=ADDRESS,
        payment_method=method,
        placed_at=at,
        expires_at=at,
        zone=zone,
    )


def test_place_records_events_by_payment_method() -> None:
    def placed(method: PaymentMethod) -> list[tuple[type, datetime]]:
        return [(type(event), event.occurred_at) for event in place(method).collect_events()]

    assert placed(PaymentMethod.ONLINE) == [(OrderPlaced, NOON)]
    assert placed(COD) == [(OrderPlaced, NOON), (OrderConfirmed, NOON)]


def test_pay_confirms_every_line() -> None:
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    assert {line.status for line in order.lines} == {LineStatus.CONFIRMED}
    assert (order.payment_status, order.paid_at) == (OrderPaymentStatus.PAID, NOON)
    (event,) = order.collect_events()
    assert isinstance(event, OrderConfirmed)
    assert event.payload()["total_minor"] == 25_000


def test_cancel_paid_order_raises() -> None:
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    with pytest.raises(PaidOrderCannotBeCancelled):
        order.cancel(reason="no", at=NOON, actor="user:3")


def test_cancel_releases_all_units_and_cancels_all_lines() -> None:
    order = two_lines()
    units = order.cancel(reason="no", at=NOON, actor="user:3")
    assert [(unit.product_id, unit.quantity) for unit in units] == [(1, 2), (2, 1)]
    assert [line.cancelled_at for line in order.lines] == [NOON, NOON]
    assert order.reserved_units == ()
    (event,) = order.collect_events()
    assert isinstance(event, OrderCancelled)
    assert not event.expired


def test_order_expires_at_its_expiry_time_and_not_before() -> None:
    order = two_lines()
    assert order.expires_at is not None
    with pytest.raises(OrderStillPayable):
        order.expire(at=order.expires_at - timedelta(microseconds=1))
    order.expire(at=order.expires_at)
    assert order.status is OrderStatus.CANCELLED
    (event,) = order.collect_events()
    assert isinstance(event, OrderCancelled)
    assert event.expired


def test_expire_order_that_is_not_pending_raises() -> None:
    for order in (two_lines(method=COD), two_lines()):
        if order.payment_method is not COD:
            order.pay(at=NOON, actor="stripe")
        with pytest.raises(InvalidTransition):
            order.expire(at=NOON + timedelta(days=1))


def test_cancel_line_releases_its_units() -> None:
    order = two_lines(method=COD)
    (units,) = order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    assert (units.line_id, units.quantity) == (FIRST, 2)
    assert order.status is OrderStatus.CONFIRMED
    assert order.line(FIRST).cancelled_at == NOON
    assert [unit.line_id for unit in order.reserved_units] == [SECOND]
    (event,) = order.collect_events()
    assert isinstance(event, OrderLineCancelled)


def test_cancel_last_line_cancels_order() -> None:
    order = two_lines(method=COD)
    order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")
    (units,) = order.cancel_line(SECOND, reason="no", at=NOON, actor="user:3")
    assert units.line_id == SECOND
    assert order.status is OrderStatus.CANCELLED
    assert order.payment_status is OrderPaymentStatus.VOIDED


def test_cancel_cancelled_unknown_or_shipped_line_raises() -> None:
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


def test_cancel_line_of_unpaid_online_order_raises() -> None:
    order = two_lines()
    with pytest.raises(OrderNotPaid):
        order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")


def test_cancel_paid_line_raises() -> None:
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    with pytest.raises(PaidOrderCannotBeCancelled):
        order.cancel_line(FIRST, reason="no", at=NOON, actor="user:3")


def test_ship_sells_units_that_are_not_cancelled() -> None:
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


@pytest.mark.parametrize("text", ["", "  ", "x" * 101, "E\x001"])
@pytest.mark.parametrize("field", ["carrier", "tracking_number"])
def test_ship_without_storable_carrier_and_tracking_number_raises(field: str, text: str) -> None:
    order = an_order(method=PaymentMethod.COD)
    order.start_processing(at=NOON, actor="staff:1")
    texts = {"carrier": " Post ", "tracking_number": "x" * 100}
    with pytest.raises(InvalidValue) as error:
        order.ship(**texts | {field: text}, at=NOON, actor="staff:1")
    assert error.value.field == field
    assert order.status is OrderStatus.PROCESSING
    order.ship(**texts, at=NOON, actor="staff:1")
    assert order.carrier == "Post"


def test_ship_during_refund_of_units_raises() -> None:
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


def test_ship_order_with_all_units_refunded_raises() -> None:
    """A refund that the bank returned leaves an amount owed, but no units to ship."""
    order = two_lines()
    order.pay(at=NOON, actor="stripe")
    order.start_processing(at=NOON, actor="staff:1")
    returned, refunded = ([line.refund_of(line.quantity)] for line in order.lines)
    order.request_refund(returned, reason="asked", at=NOON, actor="staff:1")
    order.settle_refund(returned, reason="asked", at=NOON, actor="stripe")
    order.reverse_refund(returned, reason="returned", at=NOON, actor="stripe")
    order.request_refund(refunded, reason="asked", at=NOON, actor="staff:1")
    order.settle_refund(refunded, reason="asked", at=NOON, actor="stripe")
    assert order.status is OrderStatus.PROCESSING
    with pytest.raises(NothingToShip):
        order.ship(carrier="Post", tracking_number="P1", at=NOON, actor="staff:1")


def test_deliver_cod_order_pays_it() -> None:
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
    ("ordered", "expected"),
    [
        ("2026-11-02T12:00:00+00:00", date(2026, 11, 9)),  # Monday: the Monday after
        ("2026-11-06T23:59:59+00:00", date(2026, 11, 13)),  # Friday
        ("2026-11-07T00:00:00+00:00", date(2026, 11, 13)),  # Saturday
        ("2026-11-08T00:00:00+00:00", date(2026, 11, 13)),  # Sunday
    ],
)
def test_estimated_delivery_is_five_business_days(ordered: str, expected: date) -> None:
    assert estimated_delivery(datetime.fromisoformat(ordered), UTC) == expected


def test_estimated_delivery_counts_from_the_date_in_the_shop() -> None:
    """20:00 UTC on Thursday is Friday in India."""
    thursday_evening = datetime(2026, 11, 5, 20, 0, tzinfo=UTC)
    assert estimated_delivery(thursday_evening, UTC) == date(2026, 11, 12)
    assert estimated_delivery(thursday_evening, ZoneInfo("Asia/Kolkata")) == date(2026, 11, 13)
    order = place(COD, at=thursday_evening, zone=ZoneInfo("Asia/Kolkata"))
    assert order.estimated_delivery == date(2026, 11, 13)


def test_order_number_has_date_and_unambiguous_letters() -> None:
    assert order_number(NOON, UTC, [0, 1, 2, 3, 4, 5]) == "NC-20261102-234567"
    kiritimati = ZoneInfo("Pacific/Kiritimati")
    assert order_number(NOON, kiritimati, [0, 1, 2, 3, 4, 5]) == "NC-20261103-234567"
    assert not set(ALPHABET) & set("0O1ILUV")
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_line_may_be_free() -> None:
    assert an_order(an_order_line(11, price=rupees(0)), method=COD).total == rupees(0)


def test_cod_order_never_expires() -> None:
    assert an_order(method=COD).expires_at is None


def test_two_lines_of_one_variant_raise() -> None:
    small, medium = an_order_line(11, variant=1), an_order_line(12, variant=2)
    assert len(an_order(small, medium).lines) == 2
    with pytest.raises(InvalidValue) as error:
        an_order(small, an_order_line(12, variant=1))
    assert error.value.field == "lines"
