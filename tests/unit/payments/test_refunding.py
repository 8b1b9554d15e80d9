"""From money that was taken to money that is back."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.payments.request_refund import RefundedUnits, RequestRefundCommand
from novacart.application.ports.line_refunds import LineRefundRequest
from novacart.domain.ordering.errors import (
    LineAlreadyCancelled,
    OrderAlreadyShipped,
    OrderNotFound,
    OrderNotPaid,
    RefundExceedsOrder,
)
from novacart.domain.ordering.lifecycle import LineStatus, OrderPaymentStatus, OrderStatus
from novacart.domain.payments.errors import (
    NothingToRefund,
    PartialRefundNeedsStaff,
    RefundNotAllowed,
    RefundRefused,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, ProductId, UserId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.builders.ordering import rupees
from tests.support.payments_fixture import AS_STAFF, PaymentDesk
from tests.support.stripe_objects import intent_object


@dataclass(frozen=True)
class Bought:
    """Two of one product at 100 rupees, one of another at 50."""

    user_id: UserId
    order_id: OrderId
    two: ProductId
    one: ProductId
    reference: str


@pytest.fixture
def bought(desk: PaymentDesk, provider: FakePaymentGateway) -> Bought:
    user_id, _ = desk.customer()
    two, one = desk.product(price=100), desk.product(price=50)
    order_id = desk.ordered(user_id, {two: 2, one: 1})
    reference = desk.intent(user_id, order_id).reference
    provider.pay(reference)
    desk.reconciled(force=True)
    return Bought(user_id, order_id, two, one, reference)


def _by_staff(bought: Bought, **what: object) -> RequestRefundCommand:
    return RequestRefundCommand(
        user_id=bought.user_id,
        order_id=bought.order_id,
        as_staff=True,
        **what,  # type: ignore[arg-type]
    )


def _by_customer(bought: Bought, **what: object) -> RequestRefundCommand:
    return RequestRefundCommand(user_id=bought.user_id, order_id=bought.order_id, **what)  # type: ignore[arg-type]


def _ship(desk: PaymentDesk, order_id: OrderId) -> None:
    StartProcessing(begin=desk.begin, clock=desk.clock, contexts=AS_STAFF)(
        StartProcessingCommand(staff=SYSTEM, order_id=order_id)
    )
    ShipOrder(begin=desk.begin, clock=desk.clock, contexts=AS_STAFF)(
        ShipOrderCommand(
            staff=SYSTEM, order_id=order_id, carrier="India Post", tracking_number="EE1"
        )
    )


def test_a_customer_gets_a_whole_paid_order_back(desk: PaymentDesk, bought: Bought) -> None:
    refund = desk.request_refund(_by_customer(bought, reason="Too late"))
    assert (refund.status, refund.amount) == (RefundStatus.SUCCEEDED, rupees(250))
    assert refund.origin is RefundOrigin.CUSTOMER
    order = desk.order(bought.order_id)
    assert order.status is OrderStatus.REFUNDED
    assert {line.status for line in order.lines} == {LineStatus.REFUNDED}
    assert (desk.available(bought.two), desk.available(bought.one)) == (10, 10)
    with pytest.raises((NothingToRefund, RefundNotAllowed)):
        desk.request_refund(_by_customer(bought))


def test_a_customer_can_not_choose_a_part(desk: PaymentDesk, bought: Bought) -> None:
    with pytest.raises(PartialRefundNeedsStaff):
        desk.request_refund(_by_customer(bought, amount="249.99"))
    assert desk.payment(bought.order_id).refunds == ()
    desk.request_refund(_by_customer(bought, amount="250.00"))


def test_a_customer_can_not_get_back_what_is_being_packed(
    desk: PaymentDesk, bought: Bought
) -> None:
    StartProcessing(begin=desk.begin, clock=desk.clock, contexts=AS_STAFF)(
        StartProcessingCommand(staff=SYSTEM, order_id=bought.order_id)
    )
    with pytest.raises(RefundNotAllowed):
        desk.request_refund(_by_customer(bought))


def test_somebody_elses_order_is_not_there(desk: PaymentDesk, bought: Bought) -> None:
    ravi, _ = desk.customer("ravi")
    with pytest.raises(OrderNotFound):
        desk.request_refund(RequestRefundCommand(user_id=ravi, order_id=bought.order_id))


def test_an_unpaid_order_has_nothing_to_refund(desk: PaymentDesk) -> None:
    user_id, _ = desk.customer()
    order_id = desk.ordered(user_id, {desk.product(): 1})
    with pytest.raises(NothingToRefund):
        desk.request_refund(RequestRefundCommand(user_id=user_id, order_id=order_id, as_staff=True))
    desk.intent(user_id, order_id)
    with pytest.raises(NothingToRefund):
        desk.request_refund(RequestRefundCommand(user_id=user_id, order_id=order_id, as_staff=True))


def test_staff_refund_units_and_their_stock_goes_back(desk: PaymentDesk, bought: Bought) -> None:
    line = desk.order(bought.order_id).lines[0]
    refund = desk.request_refund(
        _by_staff(bought, units=[RefundedUnits(line_id=line.id, quantity=1)])
    )
    assert refund.amount == line.unit_price
    assert [(part.line_id, part.quantity) for part in refund.parts] == [(line.id, 1)]
    assert desk.available(line.product_id) == 9
    with pytest.raises(RefundExceedsOrder):
        desk.request_refund(_by_staff(bought, units=[RefundedUnits(line_id=line.id, quantity=2)]))


def test_staff_refund_amounts_for_goodwill(desk: PaymentDesk, bought: Bought) -> None:
    for amount in ("0.01", "49.99", "100.00"):
        desk.request_refund(_by_staff(bought, amount=amount))
    with pytest.raises(RefundExceedsOrder):
        desk.request_refund(_by_staff(bought, amount="100.01"))
    desk.request_refund(_by_staff(bought))
    assert desk.payment(bought.order_id).is_fully_refunded
    assert desk.order(bought.order_id).payment_status is OrderPaymentStatus.REFUNDED
    assert (desk.available(bought.two), desk.available(bought.one)) == (10, 10)


def test_an_amount_for_units_is_at_most_their_price(desk: PaymentDesk, bought: Bought) -> None:
    line = desk.order(bought.order_id).lines[0]
    units = [RefundedUnits(line_id=line.id, quantity=1)]
    unit = line.unit_price
    with pytest.raises(InvalidValue):
        desk.request_refund(_by_staff(bought, units=units, amount=str(unit + rupees(1))))
    refund = desk.request_refund(_by_staff(bought, units=units, amount="10.00"))
    assert [(part.line_id, part.quantity) for part in refund.parts] == [(line.id, 0)]
    with pytest.raises(InvalidValue):
        desk.request_refund(_by_staff(bought, units=units * 2))


def test_what_was_shipped_does_not_come_back_by_itself(desk: PaymentDesk, bought: Bought) -> None:
    _ship(desk, bought.order_id)
    desk.request_refund(_by_staff(bought))
    assert (desk.available(bought.two), desk.available(bought.one)) == (8, 9)
    assert desk.order(bought.order_id).status is OrderStatus.REFUNDED


def _line(bought: Bought, desk: PaymentDesk, product: ProductId) -> LineRefundRequest:
    line = next(x for x in desk.order(bought.order_id).lines if x.product_id == product)
    return LineRefundRequest(
        user_id=bought.user_id,
        order_id=bought.order_id,
        line_id=line.id,
        reason="Changed my mind",
        idempotency_key=None,
    )


def test_cancelling_a_paid_line_refunds_exactly_that_line(
    desk: PaymentDesk, provider: FakePaymentGateway, bought: Bought
) -> None:
    provider.refunds_begin = RefundStatus.PENDING
    request = _line(bought, desk, bought.two)
    desk.refund_line(request)
    line = desk.order(bought.order_id).line(request.line_id)
    assert line.status is LineStatus.REFUND_REQUESTED
    assert desk.available(bought.two) == 8
    (refund,) = desk.payment(bought.order_id).refunds
    assert refund.amount == rupees(200)
    assert refund.reference is not None
    provider.settle_refund(bought.reference, refund.reference, RefundStatus.SUCCEEDED)
    desk.reconciled(force=True)
    assert desk.order(bought.order_id).line(request.line_id).status is LineStatus.REFUNDED
    assert desk.available(bought.two) == 10
    assert desk.order(bought.order_id).status is OrderStatus.PAID
    with pytest.raises(LineAlreadyCancelled):
        desk.refund_line(request)


def test_a_line_is_not_cancelled_before_payment_or_after_shipping(
    desk: PaymentDesk, bought: Bought
) -> None:
    request = _line(bought, desk, bought.one)
    _ship(desk, bought.order_id)
    with pytest.raises(OrderAlreadyShipped):
        desk.refund_line(request)
    order_id = desk.ordered(bought.user_id, {bought.one: 1})
    unpaid = LineRefundRequest(
        user_id=bought.user_id,
        order_id=order_id,
        line_id=desk.order(order_id).lines[0].id,
        reason="",
        idempotency_key=None,
    )
    with pytest.raises(OrderNotPaid):
        desk.refund_line(unpaid)


@pytest.mark.parametrize("end", [RefundStatus.FAILED, RefundStatus.CANCELLED])
def test_a_refund_that_came_to_nothing_gives_the_lines_back(
    desk: PaymentDesk, provider: FakePaymentGateway, bought: Bought, end: RefundStatus
) -> None:
    provider.refunds_begin = RefundStatus.PENDING
    refund = desk.request_refund(_by_customer(bought))
    assert refund.reference is not None
    provider.settle_refund(bought.reference, refund.reference, end)
    desk.clock.move(minutes=11)
    desk.reconciled()
    order = desk.order(bought.order_id)
    assert order.status is OrderStatus.PAID
    assert {line.status for line in order.lines} == {LineStatus.CONFIRMED}
    payment = desk.payment(bought.order_id)
    assert payment.left == payment.captured
    assert [known.status for known in payment.refunds] == [end]
    assert desk.available(bought.two) == 8


def test_a_refund_that_the_bank_sends_back_weeks_later_is_owed_again(
    desk: PaymentDesk, provider: FakePaymentGateway, bought: Bought
) -> None:
    refund = desk.request_refund(_by_customer(bought))
    assert refund.reference is not None
    provider.settle_refund(bought.reference, refund.reference, RefundStatus.FAILED)
    desk.reconciled(back=timedelta(hours=1))
    order = desk.order(bought.order_id)
    assert order.payment_status is OrderPaymentStatus.PAID
    assert desk.payment(bought.order_id).left == rupees(250)
    desk.request_refund(_by_staff(bought))
    assert desk.order(bought.order_id).payment_status is OrderPaymentStatus.REFUNDED
    assert desk.available(bought.two) == 10


def test_a_refund_that_the_provider_refuses_changes_nothing(
    desk: PaymentDesk, provider: FakePaymentGateway, bought: Bought
) -> None:
    provider.refund_in_dashboard(bought.reference, rupees(250))
    with pytest.raises(RefundRefused):
        desk.request_refund(_by_customer(bought))
    # It looked at the provider's books on the way, so now it is known why.
    assert desk.order(bought.order_id).status is OrderStatus.REFUNDED
    origins = {(known.origin, known.status) for known in desk.payment(bought.order_id).refunds}
    assert origins == {
        (RefundOrigin.CUSTOMER, RefundStatus.FAILED),
        (RefundOrigin.PROVIDER, RefundStatus.SUCCEEDED),
    }


def test_a_dashboard_refund_shows_up_here(
    desk: PaymentDesk, provider: FakePaymentGateway, bought: Bought
) -> None:
    provider.refund_in_dashboard(bought.reference, rupees(100))
    assert desk.reconciled(back=timedelta(hours=1)) == 1
    desk.reconciled(back=timedelta(hours=1))
    (refund,) = desk.payment(bought.order_id).refunds
    assert refund.origin is RefundOrigin.PROVIDER
    assert desk.order(bought.order_id).refunded == rupees(100)
    assert desk.order(bought.order_id).payment_status is OrderPaymentStatus.PARTIALLY_REFUNDED
    assert desk.payment(bought.order_id).left == rupees(150)


def test_a_disputed_payment_is_not_refunded_as_well(
    desk: PaymentDesk, provider: FakePaymentGateway, bought: Bought
) -> None:
    provider.dispute(bought.reference)
    desk.reconciled(back=timedelta(hours=1))
    with pytest.raises(NothingToRefund):
        desk.request_refund(_by_customer(bought))
    provider.dispute(bought.reference, DisputeStatus.WON)
    desk.reconciled(back=timedelta(hours=1))
    assert desk.request_refund(_by_customer(bought)).status is RefundStatus.SUCCEEDED


def test_money_of_a_closed_order_can_be_returned_by_staff_too(
    desk: PaymentDesk, provider: FakePaymentGateway
) -> None:
    user_id, _ = desk.customer()
    order_id = desk.ordered(user_id, {desk.product(price=100): 1})
    reference = desk.intent(user_id, order_id).reference
    provider.pay(reference)
    desk.call_off(order_id)
    desk.reconciled(force=True)
    desk.reconciled(force=True)
    (late,) = desk.payment(order_id).refunds
    assert late.reference is not None
    provider.settle_refund(reference, late.reference, RefundStatus.FAILED)
    desk.reconciled(back=timedelta(hours=1))
    assert desk.payment(order_id).left == rupees(100)
    refund = desk.request_refund(
        RequestRefundCommand(user_id=user_id, order_id=order_id, as_staff=True)
    )
    assert refund.amount == rupees(100)
    assert desk.payment(order_id).status is PaymentStatus.SUCCEEDED
    assert provider.net_captured() == {"INR": 0}


def test_late_money_of_which_a_part_went_back_at_the_provider_goes_back_whole(
    desk: PaymentDesk, provider: FakePaymentGateway
) -> None:
    user_id, _ = desk.customer()
    order_id = desk.ordered(user_id, {desk.product(price=100): 1})
    reference = desk.intent(user_id, order_id).reference
    provider.pay(reference)
    desk.call_off(order_id)
    desk.told("payment_intent.succeeded", intent_object(provider, reference))
    provider.refund_in_dashboard(reference, rupees(30))
    for _ in range(2):
        desk.reconciled(force=True, back=timedelta(days=1))
    payment = desk.payment(order_id)
    assert [refund.amount for refund in payment.refunds if refund.counts] == [
        rupees(30),
        rupees(70),
    ]
    assert payment.is_fully_refunded
    assert provider.net_captured() == {"INR": 0}
