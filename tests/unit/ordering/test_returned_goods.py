"""Orders that come back undelivered, and goods that come back after a refund."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.ordering.fulfil_order import (
    DeliverOrder,
    DeliverOrderCommand,
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.return_goods import (
    ReceiveReturnedGoods,
    ReceiveReturnedGoodsCommand,
    ReturnOrder,
    ReturnOrderCommand,
)
from novacart.domain.accounts.role import Role
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.errors import InvalidTransition, NotReturnable, OrderLineNotFound
from novacart.domain.ordering.events import OrderReturned, ReturnedGoodsReceived
from novacart.domain.ordering.lifecycle import OrderPaymentStatus, OrderStatus, PaymentMethod
from novacart.domain.ordering.order import Order
from novacart.domain.services.stock_claims import refund_claims, stock_claims
from novacart.domain.shared.errors import ConcurrentChange, InvalidValue
from novacart.domain.shared.ids import OrderId, OrderLineId, RefundId, UserId
from novacart.domain.shared.refunds import LineQuantity
from tests.fakes.store import FakeStore
from tests.support.builders.ordering import NOON, ShopFixture
from tests.support.clock import SetClock
from tests.support.payments_fixture import AS_STAFF

COD, ONLINE = PaymentMethod.COD, PaymentMethod.ONLINE


@dataclass
class Returns:
    """An order of 3 units of the first product and 1 of the second, and staff's use cases."""

    shop: ShopFixture

    def __post_init__(self) -> None:
        common = {"begin": self.shop.begin, "clock": SetClock(NOON), "contexts": AS_STAFF}
        self.place_order = PlaceOrder(
            **common,  # type: ignore[arg-type]
            numbers=RandomOrderNumbers(),
            policy=CheckoutPolicy(pending_order_ttl=timedelta(minutes=30)),
        )
        self.process = StartProcessing(**common)  # type: ignore[arg-type]
        self.ship_order = ShipOrder(**common)  # type: ignore[arg-type]
        self.deliver_order = DeliverOrder(**common)  # type: ignore[arg-type]
        self.return_order = ReturnOrder(**common)  # type: ignore[arg-type]
        self.receive_goods = ReceiveReturnedGoods(**common)  # type: ignore[arg-type]

    def place(self, method: PaymentMethod) -> OrderId:
        self.shop.fill_cart(3, 1)
        command = PlaceOrderCommand(
            user_id=self.shop.customer, address_id=self.shop.address, payment_method=method
        )
        order_id = self.place_order(command).id
        if method is ONLINE:
            with self.shop.begin() as work:
                order = work.orders.get(order_id)
                order.pay(at=NOON, actor="stripe")
                work.orders.save(order)
                work.commit()
        return order_id

    def ship(self, order_id: OrderId) -> None:
        self.process(StartProcessingCommand(staff=SYSTEM, order_id=order_id))
        self.ship_order(
            ShipOrderCommand(staff=SYSTEM, order_id=order_id, carrier="P", tracking_number="1")
        )

    def refund(self, order_id: OrderId, line: int, quantity: int) -> None:
        with self.shop.begin() as work:
            order = work.orders.get(order_id)
            items = [order.lines[line].refund_of(quantity)]
            order.request_refund(items, reason="broken", at=NOON, actor="staff:1")
            units = order.settle_refund(items, reason="broken", at=NOON, actor="stripe")
            refund_id = RefundId(work.ids.take()[0])
            work.stock.release(refund_claims(order.id, units, refund_id), at=NOON)
            work.orders.save(order)
            work.commit()

    def receive(self, order_id: OrderId, *units: LineQuantity, reason: str = "came back") -> None:
        self.receive_goods(
            ReceiveReturnedGoodsCommand(staff=SYSTEM, order_id=order_id, reason=reason, units=units)
        )

    def order(self, order_id: OrderId) -> Order:
        with self.shop.begin() as work:
            return work.orders.get(order_id)


@pytest.fixture
def returns(shop: ShopFixture) -> Returns:
    return Returns(shop)


def return_command(order_id: OrderId, reason: str = "No one at home") -> ReturnOrderCommand:
    return ReturnOrderCommand(staff=SYSTEM, order_id=order_id, reason=reason)


def test_returned_cod_order_is_cancelled_and_its_units_are_in_stock_once(
    returns: Returns, store: FakeStore
) -> None:
    order_id = returns.place(COD)
    returns.ship(order_id)
    assert returns.shop.levels() == [(7, 0), (9, 0), (10, 0)]
    returns.return_order(return_command(order_id))
    order = returns.order(order_id)
    assert (order.status, order.payment_status) == (
        OrderStatus.CANCELLED,
        OrderPaymentStatus.VOIDED,
    )
    assert order.returned_at == NOON
    assert {line.status.value for line in order.lines} == {"CANCELLED"}
    assert not order.due_on_delivery
    assert returns.shop.levels() == [(10, 0), (10, 0), (10, 0)]
    with pytest.raises(InvalidTransition):
        returns.return_order(return_command(order_id))
    assert returns.shop.levels() == [(10, 0), (10, 0), (10, 0)]
    ledger = store.stock_movements.values()
    movements = [each for each in ledger if each.kind is MovementKind.TAKE_BACK]
    assert [(each.on_hand_delta, each.note, each.order_id) for each in movements] == [
        (3, "No one at home", order_id),
        (1, "No one at home", order_id),
    ]
    (event,) = [event for event in store.events if isinstance(event, OrderReturned)]
    assert (event.reason, event.occurred_at) == ("No one at home", NOON)
    cancelled = [change for change in order.history if change.after in {"CANCELLED", "VOIDED"}]
    assert {(change.reason, change.at, change.actor) for change in cancelled} == {
        ("No one at home", NOON, "staff:1")
    }
    assert len(cancelled) == 4


def test_cancelled_line_of_returned_order_is_not_taken_back(returns: Returns) -> None:
    order_id = returns.place(COD)
    with returns.shop.begin() as work:
        order = work.orders.get(order_id)
        units = order.cancel_line(order.lines[0].id, reason="no", at=NOON, actor="user:3")
        work.stock.release(stock_claims(order.id, units, MovementKind.RELEASE), at=NOON)
        work.orders.save(order)
        work.commit()
    returns.ship(order_id)
    assert returns.shop.levels() == [(10, 0), (9, 0), (10, 0)]
    returns.return_order(return_command(order_id))
    assert returns.shop.levels() == [(10, 0), (10, 0), (10, 0)]


@pytest.mark.parametrize("step", ["confirmed", "delivered", "online"])
def test_only_shipped_cod_order_can_be_returned(returns: Returns, step: str) -> None:
    order_id = returns.place(ONLINE if step == "online" else COD)
    if step != "confirmed":
        returns.ship(order_id)
    if step == "delivered":
        returns.deliver_order(DeliverOrderCommand(staff=SYSTEM, order_id=order_id))
    with pytest.raises(InvalidTransition) as error:
        returns.return_order(return_command(order_id))
    before = returns.order(order_id)
    assert error.value.details == {"from": before.status, "to": "RETURNED"}
    assert before.returned_at is None


def test_goods_refunded_after_shipping_are_received_once(
    returns: Returns, store: FakeStore
) -> None:
    order_id = returns.place(ONLINE)
    returns.ship(order_id)
    returns.refund(order_id, 0, 2)
    first = returns.order(order_id).lines[0]
    returns.receive(order_id, LineQuantity(line_id=first.id, quantity=1))
    assert returns.shop.levels() == [(8, 0), (9, 0), (10, 0)]
    returns.receive(order_id)
    assert returns.shop.levels() == [(9, 0), (9, 0), (10, 0)]
    with pytest.raises(NotReturnable):
        returns.receive(order_id)
    assert returns.shop.levels() == [(9, 0), (9, 0), (10, 0)]
    taken = [
        each.reference
        for each in store.stock_movements.values()
        if each.kind is MovementKind.TAKE_BACK
    ]
    assert taken == [f"line:{first.id}:return:1", f"line:{first.id}:return:2"]
    events = [event for event in store.events if isinstance(event, ReturnedGoodsReceived)]
    assert [(event.quantities, event.total_quantity) for event in events] == [
        ({str(first.id): 1}, 1),
        ({str(first.id): 1}, 2),
    ]
    assert {(event.reason, event.occurred_at) for event in events} == {("came back", NOON)}


def test_goods_received_by_the_same_form_twice_are_in_stock_once(returns: Returns) -> None:
    order_id = returns.place(ONLINE)
    returns.ship(order_id)
    returns.refund(order_id, 0, 2)
    order = returns.order(order_id)
    command = ReceiveReturnedGoodsCommand(
        staff=SYSTEM,
        order_id=order_id,
        reason="came back",
        units=[LineQuantity(line_id=order.lines[0].id, quantity=1)],
        expected_version=order.version,
    )
    returns.receive_goods(command)
    with pytest.raises(ConcurrentChange):
        returns.receive_goods(command)
    assert returns.shop.levels() == [(8, 0), (9, 0), (10, 0)]


def test_goods_refunded_before_shipping_cannot_be_received(returns: Returns) -> None:
    order_id = returns.place(ONLINE)
    returns.refund(order_id, 0, 2)
    returns.ship(order_id)
    assert returns.shop.levels() == [(9, 0), (9, 0), (10, 0)]
    with pytest.raises(NotReturnable, match="No units") as error:
        returns.receive(order_id)
    assert error.value.details == {"receivable": 0}
    returns.refund(order_id, 0, 1)
    returns.receive(order_id)
    assert returns.shop.levels() == [(10, 0), (9, 0), (10, 0)]


def test_more_than_was_refunded_or_another_line_cannot_be_received(returns: Returns) -> None:
    order_id = returns.place(ONLINE)
    returns.ship(order_id)
    returns.refund(order_id, 0, 1)
    first, second = (line.id for line in returns.order(order_id).lines)
    for line_id, quantity, about in ((first, 2, "At most 1 of"), (second, 1, "No units")):
        with pytest.raises(NotReturnable, match=about):
            returns.receive(order_id, LineQuantity(line_id=line_id, quantity=quantity))
    for units, field in (
        ([LineQuantity(line_id=first, quantity=0)], "quantity"),
        ([LineQuantity(line_id=first, quantity=-1)], "quantity"),
        ([LineQuantity(line_id=first, quantity=1)] * 2, "items"),
    ):
        with pytest.raises(InvalidValue) as error:
            returns.receive(order_id, *units)
        assert error.value.field == field
    with pytest.raises(OrderLineNotFound):
        returns.receive(order_id, LineQuantity(line_id=OrderLineId(999_999), quantity=1))
    assert returns.shop.levels() == [(7, 0), (9, 0), (10, 0)]


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.CATALOG, Role.CUSTOMER])
def test_returns_need_permission(returns: Returns, role: Role) -> None:
    staff = Actor(user_id=UserId(5), role=role)
    with pytest.raises(PermissionDenied):
        returns.return_order(ReturnOrderCommand(staff=staff, order_id=OrderId(1), reason="x"))
    with pytest.raises(PermissionDenied):
        returns.receive_goods(
            ReceiveReturnedGoodsCommand(staff=staff, order_id=OrderId(1), reason="x")
        )


def test_returns_need_a_reason(returns: Returns) -> None:
    order_id = returns.place(COD)
    returns.ship(order_id)
    with pytest.raises(InvalidValue):
        returns.return_order(return_command(order_id, reason=" "))
    with pytest.raises(InvalidValue):
        returns.receive(order_id, reason="")
