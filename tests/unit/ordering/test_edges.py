"""The exact edge of each rule: one unit, one paisa, one moment to either side."""

import pytest

from novacart.domain.ordering.errors import RefundExceedsOrder
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderLineId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem
from tests.support.builders.ordering import NOON, an_order, an_order_line, rupees

LINE = OrderLineId(11)


def paid_for_three() -> Order:
    order = an_order(an_order_line(11, price=rupees(100), quantity=3))
    order.pay(at=NOON, actor="stripe")
    return order


@pytest.mark.parametrize(("quantity", "rupees_back"), [(4, 100), (1, 301)])
def test_a_refund_exceeds_a_line_by_its_units_alone_or_by_its_money_alone(
    quantity: int, rupees_back: int
) -> None:
    order = paid_for_three()
    item = RefundItem(line_id=LINE, quantity=quantity, amount=rupees(rupees_back))
    with pytest.raises(RefundExceedsOrder):
        order.request_refund([item], reason="asked", at=NOON, actor="staff:1")
    assert order.line(LINE).refundable == rupees(300)


def test_a_gift_is_a_line_and_a_cod_order_never_expires() -> None:
    order = an_order(an_order_line(11, price=Money(0, "INR")), method=PaymentMethod.COD)
    assert order.total == Money(0, "INR")
    assert order.expires_at is None
