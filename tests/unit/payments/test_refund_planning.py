"""Planning a refund over the lines of an order."""

import pytest

from novacart.domain.ordering.errors import RefundExceedsOrder
from novacart.domain.ordering.order import Order
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.services.refund_planning import RefundPlan, plan_line_refund, plan_refund
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderLineId, RefundId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity
from tests.support.builders.ordering import an_order, an_order_line, rupees
from tests.support.builders.payments import NOON, a_paid_payment

TWO, ONE = OrderLineId(1), OrderLineId(2)


def paid_order() -> tuple[Order, Payment]:
    """Two units at 100 rupees and one at 50."""
    order = an_order(
        an_order_line(1, product=11, quantity=2, price=rupees(100)),
        an_order_line(2, product=12, quantity=1, price=rupees(50)),
    )
    order.pay(at=NOON, actor="system")
    return order, a_paid_payment(amount=order.total.amount)


def split(plan: RefundPlan) -> list[tuple[int, int, Money]]:
    return [(item.line_id, item.quantity, item.amount) for item in plan.items]


def test_full_refund_returns_every_unit() -> None:
    plan = plan_refund(*paid_order())
    assert plan.amount == rupees(250)
    assert split(plan) == [(TWO, 2, rupees(200)), (ONE, 1, rupees(50))]


def test_amount_is_split_in_proportion_and_returns_no_units() -> None:
    plan = plan_refund(*paid_order(), amount=rupees(100))
    assert plan.amount == rupees(100)
    assert split(plan) == [(TWO, 0, rupees(80)), (ONE, 0, rupees(20))]


def test_units_are_refunded_at_their_price() -> None:
    plan = plan_refund(*paid_order(), units=[LineQuantity(line_id=TWO, quantity=1)])
    assert split(plan) == [(TWO, 1, rupees(100))]


def test_amount_equal_to_the_price_of_the_units_returns_them() -> None:
    units = [LineQuantity(line_id=TWO, quantity=1)]
    plan = plan_refund(*paid_order(), amount=rupees(100), units=units)
    assert split(plan) == [(TWO, 1, rupees(100))]


def test_smaller_amount_for_units_returns_no_units() -> None:
    units = [LineQuantity(line_id=TWO, quantity=1), LineQuantity(line_id=ONE, quantity=1)]
    plan = plan_refund(*paid_order(), amount=rupees(30), units=units)
    assert plan.amount == rupees(30)
    assert split(plan) == [(TWO, 0, rupees(20)), (ONE, 0, rupees(10))]


def test_amount_above_the_price_of_the_units_raises() -> None:
    units = [LineQuantity(line_id=TWO, quantity=1)]
    with pytest.raises(InvalidValue, match=r"These items cost 100\.00 INR at most\.") as error:
        plan_refund(*paid_order(), amount=rupees(100) + Money(1, "INR"), units=units)
    assert error.value.field == "amount"


def test_line_named_twice_raises() -> None:
    units = [LineQuantity(line_id=TWO, quantity=1)] * 2
    with pytest.raises(InvalidValue, match=r"Name each item once\.") as error:
        plan_refund(*paid_order(), units=units)
    assert error.value.field == "items"


@pytest.mark.parametrize("amount", [0, -1])
def test_amount_that_is_not_positive_raises(amount: int) -> None:
    with pytest.raises(InvalidValue, match=r"A refund must be more than zero\.") as error:
        plan_refund(*paid_order(), amount=Money(amount, "INR"))
    assert error.value.field == "amount"


def test_amount_above_what_is_left_raises() -> None:
    with pytest.raises(RefundExceedsOrder):
        plan_refund(*paid_order(), amount=rupees(250) + Money(1, "INR"))


def test_default_is_the_smaller_of_what_is_left_of_payment_and_order() -> None:
    order, payment = paid_order()
    payment.request_refund(
        id=RefundId(1), key="k", amount=rupees(150), origin=RefundOrigin.STAFF, at=NOON
    )
    assert plan_refund(order, payment).amount == rupees(100)


def test_late_payment_is_refunded_without_order_lines() -> None:
    order = an_order()
    order.cancel(reason="Cancelled.", at=NOON, actor="system")
    payment = a_paid_payment(amount=10_000)
    assert plan_refund(order, payment) == RefundPlan(amount=rupees(100))
    assert plan_refund(order, payment, amount=rupees(40)) == RefundPlan(amount=rupees(40))
    with pytest.raises(InvalidValue, match="Refund an amount") as error:
        plan_refund(order, payment, units=[LineQuantity(line_id=TWO, quantity=1)])
    assert error.value.field == "items"


def test_line_refund_is_everything_left_of_the_line() -> None:
    order, _ = paid_order()
    assert split(plan_line_refund(order, TWO)) == [(TWO, 2, rupees(200))]


def test_requested_plan_changes_payment_and_order_lines() -> None:
    order, payment = paid_order()
    plan = plan_line_refund(order, TWO)
    refund = plan.request(
        order=order,
        payment=payment,
        id=RefundId(9),
        key="refund-9",
        origin=RefundOrigin.STAFF,
        reason="Broken.",
        at=NOON,
        actor="staff:1",
    )
    assert (refund.id, refund.key, refund.amount) == (9, "refund-9", rupees(200))
    assert (refund.origin, refund.reason) == (RefundOrigin.STAFF, "Broken.")
    assert refund.items == tuple(plan.items)
    assert payment.refunds == (refund,)
    assert order.line(TWO).refund_requested_amount == rupees(200)
    change = order.history[-1]
    assert (change.reason, change.actor, change.at) == ("Broken.", "staff:1", NOON)
