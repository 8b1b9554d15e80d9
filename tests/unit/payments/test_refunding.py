"""Refunding an order."""

from dataclasses import dataclass, replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from novacart.application.authorization.actor import SYSTEM, Actor
from novacart.application.authorization.limits import AboveYourLimit, OwnOrder, StaffLimits
from novacart.application.authorization.reauthentication import ReauthenticationRequired
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.payments.request_refund import RequestRefund, RequestRefundCommand
from novacart.application.payments.send_refund import SendRefundCommand
from novacart.application.ports.line_refunds import LineRefundRequest
from novacart.application.ports.payment_gateway import GatewayUnavailable, RefundRequest
from novacart.domain.accounts.role import Role
from novacart.domain.ordering.errors import (
    LineAlreadyCancelled,
    OrderAlreadyShipped,
    OrderNotFound,
    OrderNotPaid,
    RefundExceedsOrder,
    RefundExceedsUnits,
    RefundNotAllowed,
)
from novacart.domain.ordering.lifecycle import LineStatus, OrderPaymentStatus, OrderStatus
from novacart.domain.payments.errors import (
    NothingToRefund,
    PartialRefundNeedsStaff,
    PaymentDisputed,
    RefundRefused,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.payments.reports import RefundReport
from novacart.domain.shared.errors import ConcurrentChange, InvalidValue
from novacart.domain.shared.ids import OrderId, ProductId, UserId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.builders.ordering import REAUTHENTICATION, rupees
from tests.support.payments_fixture import AS_STAFF, PaymentsFixture, customer, owner
from tests.support.stripe_objects import intent_object


@dataclass(frozen=True)
class PaidOrder:
    """A paid order of two units at 100 rupees and one at 50."""

    user_id: UserId
    order_id: OrderId
    two: ProductId
    one: ProductId
    reference: str


@pytest.fixture
def bought(payments: PaymentsFixture, provider: FakePaymentGateway) -> PaidOrder:
    user_id, _ = payments.customer()
    two, one = payments.product(price=100), payments.product(price=50)
    order_id = payments.place_order(user_id, {two: 2, one: 1})
    reference = payments.intent(user_id, order_id).reference
    provider.pay(reference)
    payments.run_reconciliation(force=True)
    return PaidOrder(user_id, order_id, two, one, reference)


def _by_staff(bought: PaidOrder, **fields: object) -> RequestRefundCommand:
    return RequestRefundCommand(actor=owner(bought.user_id), order_id=bought.order_id, **fields)  # type: ignore[arg-type]


def _by_customer(bought: PaidOrder, **fields: object) -> RequestRefundCommand:
    return RequestRefundCommand(actor=customer(bought.user_id), order_id=bought.order_id, **fields)  # type: ignore[arg-type]


def _ship(payments: PaymentsFixture, order_id: OrderId) -> None:
    StartProcessing(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        StartProcessingCommand(staff=SYSTEM, order_id=order_id)
    )
    ShipOrder(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        ShipOrderCommand(
            staff=SYSTEM, order_id=order_id, carrier="India Post", tracking_number="EE1"
        )
    )


def test_refund_requested_twice_is_made_once(payments: PaymentsFixture, bought: PaidOrder) -> None:
    command = _by_staff(bought, amount="40.00", expected_refundable=rupees(250))
    payments.request_refund(command)
    with pytest.raises(ConcurrentChange):
        payments.request_refund(command)
    assert payments.payment(bought.order_id).refunded == rupees(40)


def test_refund_whose_key_the_provider_has_forgotten_is_made_once(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    bought: PaidOrder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_refund = provider.refund

    def lose_response(request: RefundRequest) -> RefundReport:
        make_refund(request)
        raise GatewayUnavailable("The provider did not respond in time.")

    with monkeypatch.context() as patch:
        patch.setattr(provider, "refund", lose_response)
        refund = payments.request_refund(_by_staff(bought, amount="40.00"))
    assert refund.status is RefundStatus.REQUESTED
    payments.clock.move(hours=25)
    sent = payments.send_refund(SendRefundCommand(refund_id=refund.id))
    assert sent is not None
    assert sent.status is RefundStatus.SUCCEEDED
    assert provider.net_captured() == {"INR": 21_000}


def test_customer_refunds_a_paid_order_in_full(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    refund = payments.request_refund(_by_customer(bought, reason="Too late"))
    assert (refund.status, refund.amount) == (RefundStatus.SUCCEEDED, rupees(250))
    assert refund.origin is RefundOrigin.CUSTOMER
    order = payments.order(bought.order_id)
    assert order.status is OrderStatus.REFUNDED
    assert {line.status for line in order.lines} == {LineStatus.REFUNDED}
    assert (payments.available(bought.two), payments.available(bought.one)) == (10, 10)
    with pytest.raises((NothingToRefund, RefundNotAllowed)):
        payments.request_refund(_by_customer(bought))


def test_partial_refund_by_a_customer_raises(payments: PaymentsFixture, bought: PaidOrder) -> None:
    with pytest.raises(PartialRefundNeedsStaff):
        payments.request_refund(_by_customer(bought, amount="249.99"))
    assert payments.payment(bought.order_id).refunds == ()
    payments.request_refund(_by_customer(bought, amount="250.00"))


def test_refund_of_an_order_in_processing_by_a_customer_raises(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    StartProcessing(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        StartProcessingCommand(staff=SYSTEM, order_id=bought.order_id)
    )
    with pytest.raises(RefundNotAllowed):
        payments.request_refund(_by_customer(bought))


def test_line_of_an_order_in_processing_cannot_be_cancelled_by_the_customer(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    StartProcessing(begin=payments.begin, clock=payments.clock, contexts=AS_STAFF)(
        StartProcessingCommand(staff=SYSTEM, order_id=bought.order_id)
    )
    line = payments.order(bought.order_id).lines[0]
    with pytest.raises(RefundNotAllowed):
        payments.refund_order_line(
            LineRefundRequest(
                user_id=bought.user_id,
                order_id=bought.order_id,
                line_id=line.id,
                reason="no",
                idempotency_key=None,
            )
        )
    assert payments.payment(bought.order_id).refunds == ()
    assert payments.order(bought.order_id).lines[0].status is LineStatus.CONFIRMED


def test_refund_of_another_users_order_raises(payments: PaymentsFixture, bought: PaidOrder) -> None:
    ravi, _ = payments.customer("ravi")
    with pytest.raises(OrderNotFound):
        payments.request_refund(
            RequestRefundCommand(actor=customer(ravi), order_id=bought.order_id)
        )


def test_refund_of_an_unpaid_order_raises(payments: PaymentsFixture) -> None:
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(): 1})
    with pytest.raises(NothingToRefund):
        payments.request_refund(RequestRefundCommand(actor=owner(user_id), order_id=order_id))
    payments.intent(user_id, order_id)
    with pytest.raises(NothingToRefund):
        payments.request_refund(RequestRefundCommand(actor=owner(user_id), order_id=order_id))


def test_refund_of_units_releases_their_stock(payments: PaymentsFixture, bought: PaidOrder) -> None:
    line = payments.order(bought.order_id).lines[0]
    refund = payments.request_refund(
        _by_staff(bought, units=[LineQuantity(line_id=line.id, quantity=1)])
    )
    assert refund.amount == line.unit_price
    assert [(item.line_id, item.quantity) for item in refund.items] == [(line.id, 1)]
    assert payments.available(line.product_id) == 9
    with pytest.raises(RefundExceedsUnits):
        payments.request_refund(
            _by_staff(bought, units=[LineQuantity(line_id=line.id, quantity=2)])
        )


def test_staff_refund_any_amount_up_to_what_is_left(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    for amount in ("0.01", "49.99", "100.00"):
        payments.request_refund(_by_staff(bought, amount=amount))
    with pytest.raises(RefundExceedsOrder):
        payments.request_refund(_by_staff(bought, amount="100.01"))
    payments.request_refund(_by_staff(bought))
    assert payments.payment(bought.order_id).returned == payments.payment(bought.order_id).amount
    assert payments.order(bought.order_id).payment_status is OrderPaymentStatus.REFUNDED
    assert (payments.available(bought.two), payments.available(bought.one)) == (10, 10)


def test_amount_above_the_price_of_the_units_raises(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    line = payments.order(bought.order_id).lines[0]
    units = [LineQuantity(line_id=line.id, quantity=1)]
    unit = line.unit_price
    with pytest.raises(InvalidValue):
        payments.request_refund(_by_staff(bought, units=units, amount=str(unit + rupees(1))))
    refund = payments.request_refund(_by_staff(bought, units=units, amount="10.00"))
    assert [(item.line_id, item.quantity) for item in refund.items] == [(line.id, 0)]
    with pytest.raises(InvalidValue):
        payments.request_refund(_by_staff(bought, units=units * 2))


def test_refund_of_a_shipped_order_releases_no_stock(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    _ship(payments, bought.order_id)
    payments.request_refund(_by_staff(bought))
    assert (payments.available(bought.two), payments.available(bought.one)) == (8, 9)
    assert payments.order(bought.order_id).status is OrderStatus.REFUNDED


def _line(bought: PaidOrder, payments: PaymentsFixture, product: ProductId) -> LineRefundRequest:
    line = next(x for x in payments.order(bought.order_id).lines if x.product_id == product)
    return LineRefundRequest(
        user_id=bought.user_id,
        order_id=bought.order_id,
        line_id=line.id,
        reason="Changed my mind",
        idempotency_key=None,
    )


def test_cancelled_line_of_a_paid_order_is_refunded(
    payments: PaymentsFixture, provider: FakePaymentGateway, bought: PaidOrder
) -> None:
    provider.refunds_begin = RefundStatus.PENDING
    request = _line(bought, payments, bought.two)
    payments.refund_order_line(request)
    line = payments.order(bought.order_id).line(request.line_id)
    assert line.status is LineStatus.REFUND_REQUESTED
    assert payments.available(bought.two) == 8
    (refund,) = payments.payment(bought.order_id).refunds
    assert refund.amount == rupees(200)
    assert refund.reference is not None
    provider.settle_refund(bought.reference, refund.reference, RefundStatus.SUCCEEDED)
    payments.run_reconciliation(force=True)
    assert payments.order(bought.order_id).line(request.line_id).status is LineStatus.REFUNDED
    assert payments.available(bought.two) == 10
    assert payments.order(bought.order_id).status is OrderStatus.PAID
    with pytest.raises(LineAlreadyCancelled):
        payments.refund_order_line(request)


def test_amount_that_the_provider_never_refunds_is_refused_before_it_is_requested(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    bought: PaidOrder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(provider, "ensure_refundable", Mock(side_effect=RefundRefused))
    line = _line(bought, payments, bought.two)
    with pytest.raises(RefundRefused):
        payments.refund_order_line(line)
    with pytest.raises(RefundRefused):
        payments.request_refund(
            RequestRefundCommand(actor=owner(UserId(1)), order_id=bought.order_id, amount="1")
        )
    assert payments.payment(bought.order_id).refunds == ()
    assert payments.order(bought.order_id).line(line.line_id).status is LineStatus.CONFIRMED


def test_refund_of_a_line_before_payment_or_after_shipping_raises(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    request = _line(bought, payments, bought.one)
    _ship(payments, bought.order_id)
    with pytest.raises(OrderAlreadyShipped):
        payments.refund_order_line(request)
    order_id = payments.place_order(bought.user_id, {bought.one: 1})
    unpaid = LineRefundRequest(
        user_id=bought.user_id,
        order_id=order_id,
        line_id=payments.order(order_id).lines[0].id,
        reason="",
        idempotency_key=None,
    )
    with pytest.raises(OrderNotPaid):
        payments.refund_order_line(unpaid)


@pytest.mark.parametrize("outcome", [RefundStatus.FAILED, RefundStatus.CANCELLED])
def test_unsuccessful_refund_restores_the_lines(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    bought: PaidOrder,
    outcome: RefundStatus,
) -> None:
    provider.refunds_begin = RefundStatus.PENDING
    refund = payments.request_refund(_by_customer(bought))
    assert refund.reference is not None
    provider.settle_refund(bought.reference, refund.reference, outcome)
    payments.clock.move(minutes=11)
    payments.run_reconciliation()
    order = payments.order(bought.order_id)
    assert order.status is OrderStatus.PAID
    assert {line.status for line in order.lines} == {LineStatus.CONFIRMED}
    payment = payments.payment(bought.order_id)
    assert payment.refundable == payment.captured
    assert [known.status for known in payment.refunds] == [outcome]
    assert payments.available(bought.two) == 8


def test_refund_returned_by_the_bank_can_be_made_again(
    payments: PaymentsFixture, provider: FakePaymentGateway, bought: PaidOrder
) -> None:
    refund = payments.request_refund(_by_customer(bought))
    assert refund.reference is not None
    provider.settle_refund(bought.reference, refund.reference, RefundStatus.FAILED)
    payments.run_reconciliation(look_back=timedelta(hours=1))
    order = payments.order(bought.order_id)
    assert order.payment_status is OrderPaymentStatus.PAID
    assert payments.payment(bought.order_id).refundable == rupees(250)
    payments.request_refund(_by_staff(bought))
    assert payments.order(bought.order_id).payment_status is OrderPaymentStatus.REFUNDED
    assert payments.available(bought.two) == 10


def test_decisions_of_banks_are_found_days_later_without_webhooks(
    payments: PaymentsFixture, provider: FakePaymentGateway, bought: PaidOrder
) -> None:
    refund = payments.request_refund(_by_staff(bought, amount="40.00"))
    assert refund.reference is not None
    provider.dispute(bought.reference)
    payments.run_reconciliation(look_back=timedelta(hours=3))
    assert payments.payment(bought.order_id).withheld == rupees(250)
    payments.clock.move(days=6)
    provider.settle_refund(bought.reference, refund.reference, RefundStatus.FAILED)
    provider.dispute(bought.reference, DisputeStatus.WON)
    payments.clock.move(days=1)
    payments.run_reconciliation(look_back=timedelta(hours=3))
    payment = payments.payment(bought.order_id)
    assert (payment.withheld, payment.refundable) == (rupees(0), rupees(250))
    assert payments.order(bought.order_id).payment_status is OrderPaymentStatus.PAID


def test_refused_refund_raises_and_applies_the_state_at_the_provider(
    payments: PaymentsFixture, provider: FakePaymentGateway, bought: PaidOrder
) -> None:
    provider.refund_in_dashboard(bought.reference, rupees(250))
    with pytest.raises(RefundRefused):
        payments.request_refund(_by_customer(bought))
    assert payments.order(bought.order_id).status is OrderStatus.REFUNDED
    origins = {(known.origin, known.status) for known in payments.payment(bought.order_id).refunds}
    assert origins == {
        (RefundOrigin.CUSTOMER, RefundStatus.FAILED),
        (RefundOrigin.PROVIDER, RefundStatus.SUCCEEDED),
    }


def test_dashboard_refund_is_recorded(
    payments: PaymentsFixture, provider: FakePaymentGateway, bought: PaidOrder
) -> None:
    provider.refund_in_dashboard(bought.reference, rupees(100))
    assert payments.run_reconciliation(look_back=timedelta(hours=1)) == 1
    payments.run_reconciliation(look_back=timedelta(hours=1))
    (refund,) = payments.payment(bought.order_id).refunds
    assert refund.origin is RefundOrigin.PROVIDER
    assert payments.order(bought.order_id).refunded == rupees(100)
    assert payments.order(bought.order_id).payment_status is OrderPaymentStatus.PARTIALLY_REFUNDED
    assert payments.payment(bought.order_id).refundable == rupees(150)


def test_refund_of_a_disputed_payment_raises(
    payments: PaymentsFixture, provider: FakePaymentGateway, bought: PaidOrder
) -> None:
    provider.dispute(bought.reference)
    payments.run_reconciliation(look_back=timedelta(hours=1))
    with pytest.raises(PaymentDisputed) as error:
        payments.request_refund(_by_customer(bought))
    assert error.value.details == {"withheld": "250.00", "left": "0.00"}
    line = payments.order(bought.order_id).lines[0]
    request = LineRefundRequest(
        user_id=bought.user_id,
        order_id=bought.order_id,
        line_id=line.id,
        reason="no",
        idempotency_key=None,
    )
    with pytest.raises(PaymentDisputed, match="disputed at the customer's bank"):
        payments.refund_order_line(request)
    provider.dispute(bought.reference, DisputeStatus.WON)
    payments.run_reconciliation(look_back=timedelta(hours=1))
    assert payments.request_refund(_by_customer(bought)).status is RefundStatus.SUCCEEDED


def test_staff_can_refund_a_late_payment_whose_refund_failed(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(price=100): 1})
    reference = payments.intent(user_id, order_id).reference
    provider.pay(reference)
    payments.cancel_order(order_id)
    payments.run_reconciliation(force=True)
    payments.run_reconciliation(force=True)
    (late,) = payments.payment(order_id).refunds
    assert late.reference is not None
    provider.settle_refund(reference, late.reference, RefundStatus.FAILED)
    payments.run_reconciliation(look_back=timedelta(hours=1))
    assert payments.payment(order_id).refundable == rupees(100)
    refund = payments.request_refund(RequestRefundCommand(actor=owner(user_id), order_id=order_id))
    assert refund.amount == rupees(100)
    assert payments.payment(order_id).status is PaymentStatus.SUCCEEDED
    assert provider.net_captured() == {"INR": 0}


def test_rest_of_a_late_payment_is_refunded_after_a_dashboard_refund(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(price=100): 1})
    reference = payments.intent(user_id, order_id).reference
    provider.pay(reference)
    payments.cancel_order(order_id)
    payments.send_event("payment_intent.succeeded", intent_object(provider, reference))
    provider.refund_in_dashboard(reference, rupees(30))
    for _ in range(2):
        payments.run_reconciliation(force=True, look_back=timedelta(days=1))
    payment = payments.payment(order_id)
    assert [refund.amount for refund in payment.refunds if refund.is_effective] == [
        rupees(30),
        rupees(70),
    ]
    assert payment.returned == payment.amount
    assert provider.net_captured() == {"INR": 0}


def test_large_refund_by_staff_needs_recent_authentication(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(price=6000): 1})
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.run_reconciliation(force=True)
    now = payments.clock.now()
    old = replace(owner(user_id), authenticated_at=now - timedelta(minutes=16))
    for actor in (old, owner(user_id)):
        with pytest.raises(ReauthenticationRequired):
            payments.request_refund(RequestRefundCommand(actor=actor, order_id=order_id))
    assert payments.payment(order_id).refunds == ()
    small = RequestRefundCommand(actor=old, order_id=order_id, amount="5000.00")
    payments.request_refund(small)
    recent = replace(old, authenticated_at=now - timedelta(minutes=14))
    payments.request_refund(RequestRefundCommand(actor=recent, order_id=order_id))
    assert payments.payment(order_id).returned == payments.payment(order_id).amount


def test_customer_refunds_a_large_order_without_confirmation(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(price=6000): 1})
    provider.pay(payments.intent(user_id, order_id).reference)
    payments.run_reconciliation(force=True)
    payments.request_refund(RequestRefundCommand(actor=customer(user_id), order_id=order_id))
    assert payments.payment(order_id).returned == payments.payment(order_id).amount


def _request_refund_up_to(payments: PaymentsFixture, limit: Money) -> RequestRefund:
    return RequestRefund(
        begin=payments.begin,
        clock=payments.clock,
        contexts=AS_STAFF,
        send_refund=payments.send_refund,
        limits=StaffLimits(support=limit),
        reauthentication=REAUTHENTICATION,
    )


def test_refunds_of_one_order_add_up_to_the_limit_of_support(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    """Also those of other members of staff, and those of other days."""
    request_refund = _request_refund_up_to(payments, rupees(100))
    staff = [payments.customer(name)[0] for name in ("meera", "noor")]
    for user_id in staff:
        request_refund(
            RequestRefundCommand(
                actor=Actor(user_id=user_id, role=Role.SUPPORT),
                order_id=bought.order_id,
                amount="40.00",
            )
        )
        payments.clock.move(days=1)
    for user_id in staff:
        with pytest.raises(AboveYourLimit) as error:
            request_refund(
                RequestRefundCommand(
                    actor=Actor(user_id=user_id, role=Role.SUPPORT),
                    order_id=bought.order_id,
                    amount="20.01",
                )
            )
        assert error.value.details == {"limit": "100.00", "used": "80.00"}
    manager = Actor(user_id=staff[0], role=Role.MANAGER)
    request_refund(RequestRefundCommand(actor=manager, order_id=bought.order_id))


def test_refunds_of_one_day_add_up_to_the_limit_of_support(
    payments: PaymentsFixture, provider: FakePaymentGateway
) -> None:
    request_refund = _request_refund_up_to(payments, rupees(100))
    customer_id, _ = payments.customer()
    support = Actor(user_id=payments.customer("meera")[0], role=Role.SUPPORT)
    orders = []
    for _ in range(3):
        order_id = payments.place_order(customer_id, {payments.product(price=60): 1})
        provider.pay(payments.intent(customer_id, order_id).reference)
        orders.append(order_id)
    payments.run_reconciliation(force=True)
    first, second, third = (
        RequestRefundCommand(actor=support, order_id=order_id) for order_id in orders
    )
    request_refund(first)
    with pytest.raises(AboveYourLimit) as error:
        request_refund(second)
    assert error.value.details == {"limit": "100.00", "used": "60.00"}
    request_refund(replace(second, amount="40.00"))
    with pytest.raises(AboveYourLimit):
        request_refund(replace(third, amount="0.01"))
    payments.clock.move(days=1)
    request_refund(third)


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MANAGER])
def test_staff_cannot_refund_their_own_order(
    payments: PaymentsFixture, bought: PaidOrder, role: Role
) -> None:
    staff = Actor(user_id=bought.user_id, role=role)
    for amount in (None, "1.00"):
        with pytest.raises(OwnOrder):
            payments.request_refund(
                RequestRefundCommand(actor=staff, order_id=bought.order_id, amount=amount)
            )
    assert payments.payment(bought.order_id).refunds == ()


def test_refund_above_the_limit_of_support_raises(
    payments: PaymentsFixture, bought: PaidOrder
) -> None:
    support = Actor(user_id=payments.customer("meera")[0], role=Role.SUPPORT)
    request_refund = _request_refund_up_to(payments, rupees(100))
    with pytest.raises(AboveYourLimit):
        request_refund(
            RequestRefundCommand(actor=support, order_id=bought.order_id, amount="100.01")
        )
    assert payments.payment(bought.order_id).refunds == ()
    request_refund(RequestRefundCommand(actor=support, order_id=bought.order_id, amount="100.00"))
