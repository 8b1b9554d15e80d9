"""Races between the staff who ship an order and the customer who cancels it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.domain.ordering.errors import (
    InvalidTransition,
    NothingToShip,
    OrderAlreadyCancelled,
    OrderAlreadyShipped,
    RefundInProgress,
    RefundNotAllowed,
)
from novacart.domain.ordering.lifecycle import OrderStatus, PaymentMethod
from novacart.domain.payments.errors import NothingToRefund
from novacart.domain.shared.ids import OrderId, ProductId, UserId
from tests.support.builders.ordering import STAFF_LIMITS
from tests.support.payments_fixture import AS_STAFF, customer
from tests.support.race_harness import RaceHarness
from tests.support.races import errors_of


def _context(race: RaceHarness) -> dict[str, Any]:
    return {"begin": race.payments.begin, "clock": race.clock, "contexts": AS_STAFF}


def _fulfil(race: RaceHarness, order_id: OrderId) -> None:
    StartProcessing(**_context(race))(StartProcessingCommand(staff=SYSTEM, order_id=order_id))
    ShipOrder(**_context(race))(
        ShipOrderCommand(staff=SYSTEM, order_id=order_id, carrier="Post", tracking_number="1")
    )


def _cash_order(race: RaceHarness) -> tuple[UserId, OrderId, ProductId]:
    """Place an order with cash on delivery of 3 of 10 units."""
    payments = race.payments
    user_id, address_id = payments.customer()
    product = payments.product(stock=10)
    payments.fill_cart(user_id, {product: 3})
    return user_id, payments.place(user_id, address_id, PaymentMethod.COD), product


def _assert_shipped_or_cancelled(race: RaceHarness, order_id: OrderId, product: ProductId) -> None:
    order = race.payments.order(order_id)
    is_shipped = order.status is OrderStatus.SHIPPED
    assert is_shipped or order.status is OrderStatus.CANCELLED
    assert (order.shipped_at is not None) is is_shipped
    assert race.payments.available(product) == (7 if is_shipped else 10)


def test_cash_order_is_shipped_or_cancelled(race: RaceHarness) -> None:
    user_id, order_id, product = _cash_order(race)
    cancel = CancelOrder(**_context(race), limits=STAFF_LIMITS)
    command = CancelOrderCommand(order_id=order_id, user_id=user_id)
    calls = [partial(cancel, command), partial(_fulfil, race, order_id)]
    outcomes = race.run_concurrently(calls * (race.timing.limit(16) // len(calls)))
    assert {type(error) for error in errors_of(outcomes)} <= {
        InvalidTransition,
        NothingToShip,
        OrderAlreadyCancelled,
        OrderAlreadyShipped,
    }
    assert len(errors_of(outcomes)) == len(outcomes) - 1
    _assert_shipped_or_cancelled(race, order_id, product)


def test_naive_shipment_of_stale_order_ships_a_cancelled_one(race: RaceHarness) -> None:
    """Negative control: read the order before the transaction that ships it."""
    user_id, order_id, product = _cash_order(race)
    order = race.payments.order(order_id)
    order.start_processing(at=race.clock.now(), actor="staff:1")
    order.ship(carrier="Post", tracking_number="1", at=race.clock.now(), actor="staff:1")
    cancel = CancelOrder(**_context(race), limits=STAFF_LIMITS)
    cancel(CancelOrderCommand(order_id=order_id, user_id=user_id))
    with race.payments.begin() as work:
        order.version = work.orders.get(order_id).version
        work.orders.save(order)
        work.commit()
    with pytest.raises(AssertionError):
        _assert_shipped_or_cancelled(race, order_id, product)
    with pytest.raises(AssertionError, match="3 shipped and 0 returned"):
        race.assert_invariants_hold()


def test_paid_order_is_shipped_or_refunded_to_its_customer(race: RaceHarness) -> None:
    payments = race.payments
    user_id, _ = payments.customer()
    product = payments.product(price=100, stock=10)
    order_id = payments.place_order(user_id, {product: 3})
    race.provider.pay(payments.intent(user_id, order_id).reference)
    payments.run_reconciliation(force=True)
    refund = RequestRefundCommand(actor=customer(user_id), order_id=order_id)
    calls: list[Callable[[], object]] = [
        partial(payments.request_refund, refund),
        partial(_fulfil, race, order_id),
    ]
    outcomes = race.run_concurrently(calls * (race.timing.limit(16) // len(calls)))
    assert {type(error) for error in errors_of(outcomes)} <= {
        InvalidTransition,
        NothingToRefund,
        NothingToShip,
        RefundInProgress,
        RefundNotAllowed,
    }
    race.settle()
    order = payments.order(order_id)
    is_shipped = order.status is OrderStatus.SHIPPED
    assert is_shipped or order.status is OrderStatus.REFUNDED
    assert (order.shipped_at is not None) is is_shipped
    assert race.net_captured == (300_00 if is_shipped else 0)
    assert payments.available(product) == (7 if is_shipped else 10)
