from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from novacart.application.back_office.orders import OrderAction, OrderDetail
from novacart.application.back_office.payments import PaymentRow
from novacart.domain.ordering.lifecycle import OrderPaymentStatus, OrderStatus, PaymentMethod
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.shared.ids import OrderId, PaymentId, UserId
from novacart.domain.shared.money import Money

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def order(status: OrderStatus, method: PaymentMethod, *, captured: int = 0) -> OrderDetail:
    return OrderDetail(
        id=OrderId(1),
        number="NC-1",
        user_id=UserId(1),
        is_of_guest=False,
        email="asha@example.com",
        status=status,
        payment_status=OrderPaymentStatus.PENDING,
        payment_method=method,
        total=Money(1000, "INR"),
        placed_at=NOON,
        dispute=None,
        version=1,
        username="asha",
        address=None,
        expires_at=None,
        estimated_delivery=date(2026, 3, 20),
        paid_at=None,
        shipped_at=None,
        delivered_at=None,
        returned_at=None,
        carrier=None,
        tracking_number=None,
        lines=[],
        history=[],
        payments=[payment(captured)] if captured else [],
        refunds=[],
        disputes=[],
        webhook_events=[],
        events=[],
    )


def payment(captured: int) -> PaymentRow:
    return PaymentRow(
        id=PaymentId(1),
        order_id=OrderId(1),
        order_number="NC-1",
        status=PaymentStatus.SUCCEEDED,
        amount=Money(captured, "INR"),
        captured=Money(captured, "INR"),
        refunded=Money.zero("INR"),
        withheld=Money.zero("INR"),
        refundable=Money(captured, "INR"),
        dispute=None,
        reference="pi_1",
        failure=None,
        created_at=NOON,
        settled_at=NOON,
    )


@pytest.mark.parametrize(
    ("status", "method", "captured", "actions"),
    [
        (OrderStatus.PENDING, PaymentMethod.ONLINE, 0, [OrderAction.CANCEL]),
        (
            OrderStatus.PAID,
            PaymentMethod.ONLINE,
            1000,
            [OrderAction.PROCESS, OrderAction.REFUND],
        ),
        (OrderStatus.PROCESSING, PaymentMethod.COD, 0, [OrderAction.SHIP, OrderAction.CANCEL]),
        (OrderStatus.SHIPPED, PaymentMethod.COD, 0, [OrderAction.DELIVER, OrderAction.RETURN]),
        (OrderStatus.DELIVERED, PaymentMethod.COD, 0, []),
    ],
)
def test_available_actions_follow_the_lifecycle(
    status: OrderStatus, method: PaymentMethod, captured: int, actions: Sequence[OrderAction]
) -> None:
    assert order(status, method, captured=captured).available_actions == actions
