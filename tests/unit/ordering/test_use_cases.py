"""The life of an order, with everything around it in memory."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ordering.cancel_item import CancelItem, CancelItemCommand
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.application.ordering.expire_orders import ExpireOrders
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
from novacart.application.ordering.queries import OrderView
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.ports.line_refunds import LineRefundRequest
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import OutOfStock
from novacart.domain.ordering.errors import (
    EmptyCart,
    LineAlreadyCancelled,
    OrderNotFound,
    OrderNotPaid,
    OrderNumberTaken,
)
from novacart.domain.ordering.events import OrderCancelled, OrderPlaced
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, OrderLineId
from tests.fakes.store import FakeStore
from tests.support.builders.ordering import (
    AS_CUSTOMER,
    NOON,
    STAFF_LIMITS,
    ShopFixture,
    add_address,
    rupees,
)
from tests.support.clock import SetClock

POLICY = CheckoutPolicy(pending_order_ttl=timedelta(minutes=30))


class Counter:
    """The shop's counter: every use case of an order, on one clock."""

    def __init__(self, begin: UnitOfWorkFactory, numbers: OrderNumbers) -> None:
        self.clock = SetClock(NOON)
        self.refunds: list[LineRefundRequest] = []
        acting = {"begin": begin, "clock": self.clock, "contexts": AS_CUSTOMER}
        self.place = PlaceOrder(**acting, numbers=numbers, policy=POLICY)  # type: ignore[arg-type]
        self.check_out = StartCheckout(**acting, numbers=numbers, policy=POLICY)  # type: ignore[arg-type]
        self.cancel = CancelOrder(**acting, limits=STAFF_LIMITS)  # type: ignore[arg-type]
        self.cancel_item = CancelItem(**acting, refund_line=self.refunds.append)  # type: ignore[arg-type]
        self.expire = ExpireOrders(begin=begin, clock=self.clock)
        self.start_processing = StartProcessing(**acting)  # type: ignore[arg-type]
        self.ship = ShipOrder(**acting)  # type: ignore[arg-type]
        self.deliver = DeliverOrder(**acting)  # type: ignore[arg-type]


@pytest.fixture
def counter(begin: UnitOfWorkFactory) -> Counter:
    return Counter(begin, RandomOrderNumbers())


def order_of(shop: ShopFixture, method: PaymentMethod = PaymentMethod.ONLINE) -> PlaceOrderCommand:
    return PlaceOrderCommand(user_id=shop.customer, address_id=shop.address, payment_method=method)


def statuses(shop: ShopFixture, order: OrderView) -> tuple[str, list[str]]:
    with shop.begin() as work:
        stored = work.orders.get(order.id)
    return stored.status.value, [line.status.value for line in stored.lines]


def test_the_whole_cart_becomes_an_order(
    counter: Counter, shop: ShopFixture, store: FakeStore
) -> None:
    shop.fill_cart(2, 1)
    order = counter.place(order_of(shop))
    assert order.total == rupees(250)
    assert [(line.title, line.unit_price, line.quantity) for line in order.lines] == [
        (f"Product {shop.products[0]}", rupees(100), 2),
        (f"Product {shop.products[1]}", rupees(50), 1),
    ]
    assert order.address is not None
    assert order.address.source_id == shop.address
    assert order.email.endswith("@example.com")
    assert shop.levels() == [(10, 2), (10, 1), (10, 0)]
    with shop.begin() as work:
        assert work.carts.of(shop.customer).lines == ()
    assert [type(event) for event in store.events[-1:]] == [OrderPlaced]


def test_an_order_keeps_what_was_bought(counter: Counter, shop: ShopFixture) -> None:
    shop.fill_cart(1)
    order = counter.place(order_of(shop))
    with shop.begin() as work:
        product = work.products.get_for_update(shop.products[0])
        product.archive(at=counter.clock.now())
        work.products.save(product)
        book = work.address_books.get(shop.customer)
        book.remove(shop.address)
        work.address_books.save(book)
        work.commit()
    with shop.begin() as work:
        stored = work.orders.get(order.id)
    assert stored.lines[0].title == order.lines[0].title
    assert stored.address == order.address


def test_an_empty_cart_is_no_order(counter: Counter, shop: ShopFixture) -> None:
    with pytest.raises(EmptyCart):
        counter.place(order_of(shop))
    with pytest.raises(EmptyCart):
        counter.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))


@pytest.mark.parametrize("method", PaymentMethod)
def test_the_address_must_be_the_customers_own(
    counter: Counter, shop: ShopFixture, method: PaymentMethod
) -> None:
    shop.fill_cart(1)
    stranger = shop.another_customer()
    with shop.begin() as work:
        theirs = add_address(work, stranger)
        work.commit()
    for address_id in (theirs, AddressId(10**9)):
        with pytest.raises(InvalidValue) as refused:
            counter.place(
                PlaceOrderCommand(
                    user_id=shop.customer, address_id=address_id, payment_method=method
                )
            )
        assert refused.value.field == "address_id"
        with pytest.raises(InvalidValue):
            counter.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=address_id))


def test_cash_on_delivery_needs_an_address_and_an_online_order_does_not(
    counter: Counter, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    cod = PlaceOrderCommand(user_id=shop.customer, payment_method=PaymentMethod.COD)
    with pytest.raises(InvalidValue):
        counter.place(cod)
    assert counter.place(PlaceOrderCommand(user_id=shop.customer)).address is None


def test_what_cannot_be_had_is_named_and_nothing_changes(
    counter: Counter, shop: ShopFixture
) -> None:
    shop.fill_cart(1, 11, 12)
    with pytest.raises(OutOfStock) as refused:
        counter.place(order_of(shop))
    assert refused.value.details["lines"] == [
        {"product": shop.products[1], "requested": 11, "available": 10},
        {"product": shop.products[2], "requested": 12, "available": 10},
    ]
    assert shop.levels() == [(10, 0)] * 3
    with shop.begin() as work:
        assert len(work.carts.of(shop.customer).lines) == 3


def test_a_number_that_is_taken_is_drawn_again(begin: UnitOfWorkFactory, shop: ShopFixture) -> None:
    drawn = iter(["NC-20261102-222222", "NC-20261102-222222", "NC-20261102-333333"])

    def numbers(_: datetime) -> str:
        return next(drawn)

    counter = Counter(begin, numbers)
    shop.fill_cart(1)
    assert counter.place(order_of(shop)).number == "NC-20261102-222222"
    shop.fill_cart(1)
    assert counter.place(order_of(shop)).number == "NC-20261102-333333"
    assert shop.levels()[0] == (10, 2)


def test_a_number_that_is_always_taken_is_given_up(
    begin: UnitOfWorkFactory, shop: ShopFixture
) -> None:
    counter = Counter(begin, lambda _: "NC-20261102-222222")
    shop.fill_cart(1)
    counter.place(order_of(shop))
    shop.fill_cart(1)
    with pytest.raises(OrderNumberTaken):
        counter.place(order_of(shop))
    with pytest.raises(OrderNumberTaken):
        counter.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))


def test_the_one_step_checkout_keeps_the_cart_and_gives_the_same_order_again(
    counter: Counter, shop: ShopFixture
) -> None:
    shop.fill_cart(2, 1)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    order = counter.check_out(command)
    assert counter.check_out(command) == order
    assert shop.levels()[:2] == [(10, 2), (10, 1)]
    with shop.begin() as work:
        cart = work.carts.of(shop.customer)
    assert len(cart.lines) == 2
    assert cart.checkout_order_id == order.id


def _more(shop: ShopFixture) -> None:
    with shop.begin() as work:
        cart = work.carts.of(shop.customer)
        cart.decrease(cart.lines[0].id)
        work.carts.save(cart)
        work.commit()


def _other_price(shop: ShopFixture) -> None:
    with shop.begin() as work:
        product = work.products.get_for_update(shop.products[0])
        product.edit(product.details.with_changes({"price": rupees(120)}), at=SetClock(NOON).now())
        work.products.save(product)
        work.commit()


@pytest.mark.parametrize("change", [_more, _other_price])
def test_a_changed_cart_is_checked_out_anew_and_the_old_order_cancelled(
    counter: Counter, shop: ShopFixture, store: FakeStore, change: Callable[[ShopFixture], None]
) -> None:
    shop.fill_cart(2, 1)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    old = counter.check_out(command)
    change(shop)
    new = counter.check_out(command)
    assert new.id != old.id
    assert statuses(shop, old)[0] == "CANCELLED"
    assert [reserved for _, reserved in shop.levels()] == [
        sum(line.quantity for line in new.lines if line.product_id == product)
        for product in shop.products
    ]
    assert any(isinstance(event, OrderCancelled) for event in store.events)


def test_another_address_or_a_time_that_is_over_makes_a_new_order(
    counter: Counter, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    with shop.begin() as work:
        elsewhere = add_address(work, shop.customer)
        work.commit()
    first = counter.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))
    second = counter.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=elsewhere))
    counter.clock.move(minutes=30)
    third = counter.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=elsewhere))
    assert len({first.id, second.id, third.id}) == 3
    assert shop.levels()[0] == (10, 1)


def test_placing_takes_over_the_last_units_of_the_customers_own_checkout(
    counter: Counter, begin: UnitOfWorkFactory
) -> None:
    shop = ShopFixture(begin, stock=2, prices=(100,))
    shop.fill_cart(2)
    old = counter.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))
    assert shop.levels() == [(2, 2)]
    with begin() as work:
        assert work.carts.orderable(shop.customer, shop.products[0]) == 2
    new = counter.place(order_of(shop, PaymentMethod.COD))
    assert statuses(shop, old) == ("CANCELLED", ["CANCELLED"])
    assert statuses(shop, new) == ("CONFIRMED", ["CONFIRMED"])
    assert shop.levels() == [(2, 2)]
    with begin() as work:
        assert work.carts.of(shop.customer).checkout_order_id is None


def test_a_checkout_that_was_cancelled_holds_nothing_and_a_new_one_is_made(
    counter: Counter, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    old = counter.check_out(command)
    counter.cancel(CancelOrderCommand(order_id=old.id, user_id=shop.customer))
    with shop.begin() as work:
        assert work.carts.orderable(shop.customer, shop.products[0]) == 10
    assert counter.check_out(command).id != old.id


def test_cancelling_puts_the_stock_back_once(counter: Counter, shop: ShopFixture) -> None:
    shop.fill_cart(2, 1)
    order = counter.place(order_of(shop))
    counter.cancel(CancelOrderCommand(order_id=order.id, user_id=shop.customer))
    assert shop.levels() == [(10, 0)] * 3
    assert statuses(shop, order) == ("CANCELLED", ["CANCELLED"] * 2)


def test_somebody_elses_order_is_not_there_but_staff_may_cancel_it(
    counter: Counter, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    order = counter.place(order_of(shop))
    with pytest.raises(OrderNotFound):
        counter.cancel(CancelOrderCommand(order_id=order.id, user_id=shop.another_customer()))
    counter.cancel(CancelOrderCommand(order_id=order.id, staff=SYSTEM, reason="fraud"))
    assert statuses(shop, order)[0] == "CANCELLED"


def test_an_item_of_a_cod_order_is_cancelled(counter: Counter, shop: ShopFixture) -> None:
    shop.fill_cart(2, 1)
    order = counter.place(order_of(shop, PaymentMethod.COD))

    def cancel(line: int) -> None:
        line_id = OrderLineId(order.lines[line].id)
        counter.cancel_item(
            CancelItemCommand(
                user_id=shop.customer, order_id=order.id, line_id=line_id, reason="too many"
            )
        )

    cancel(0)
    assert shop.levels()[:2] == [(10, 0), (10, 1)]
    assert statuses(shop, order) == ("CONFIRMED", ["CANCELLED", "CONFIRMED"])
    with pytest.raises(LineAlreadyCancelled):
        cancel(0)
    cancel(1)
    assert statuses(shop, order) == ("CANCELLED", ["CANCELLED", "CANCELLED"])
    assert shop.levels() == [(10, 0)] * 3
    assert counter.refunds == []


def test_an_item_that_was_paid_online_is_refunded_and_an_unpaid_one_is_not(
    counter: Counter, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    order = counter.place(order_of(shop))
    command = CancelItemCommand(
        user_id=shop.customer,
        order_id=order.id,
        line_id=order.lines[0].id,
        reason="no",
        idempotency_key="k",
    )
    with pytest.raises(OrderNotPaid):
        counter.cancel_item(command)
    with shop.begin() as work:
        stored = work.orders.get(order.id)
        stored.pay(at=counter.clock.now(), actor="stripe")
        work.orders.save(stored)
        work.commit()
    counter.cancel_item(command)
    (asked,) = counter.refunds
    assert (asked.order_id, asked.line_id, asked.idempotency_key) == (
        order.id,
        order.lines[0].id,
        "k",
    )


def test_unpaid_orders_expire_in_batches_and_only_when_their_time_is_over(
    counter: Counter, begin: UnitOfWorkFactory
) -> None:
    shop = ShopFixture(begin, stock=500, prices=(100,))
    early = []
    for _ in range(102):
        shop.fill_cart(1)
        early.append(counter.place(order_of(shop)))
    counter.clock.move(minutes=10)
    shop.fill_cart(1)
    late = counter.place(order_of(shop))
    shop.fill_cart(1)
    cod = counter.place(order_of(shop, PaymentMethod.COD))
    assert counter.expire() == 0
    counter.clock.move(minutes=20)
    assert counter.expire() == 102
    assert counter.expire() == 0
    assert {statuses(shop, order)[0] for order in early} == {"CANCELLED"}
    assert statuses(shop, late)[0] == "PENDING"
    assert statuses(shop, cod)[0] == "CONFIRMED"
    assert shop.levels() == [(500, 2)]


def test_shipping_turns_reservations_into_sales(counter: Counter, shop: ShopFixture) -> None:
    shop.fill_cart(2, 1)
    order = counter.place(order_of(shop, PaymentMethod.COD))
    counter.start_processing(StartProcessingCommand(staff=SYSTEM, order_id=order.id))
    counter.ship(
        ShipOrderCommand(staff=SYSTEM, order_id=order.id, carrier="Post", tracking_number="P1")
    )
    assert shop.levels() == [(8, 0), (9, 0), (10, 0)]
    counter.deliver(DeliverOrderCommand(staff=SYSTEM, order_id=order.id))
    assert statuses(shop, order)[0] == "DELIVERED"


def test_a_delivery_is_estimated_from_now() -> None:
    estimate = EstimateDelivery(clock=SetClock(NOON))
    assert estimate().isoformat() == "2026-11-09"
