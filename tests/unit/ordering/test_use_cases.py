"""Use cases of orders, with fake adapters."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.actor import SYSTEM, Actor, PermissionDenied
from novacart.application.authorization.limits import AboveYourLimit, OwnOrder
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
from novacart.application.ports.payment_gateway import GatewayUnavailable
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.role import Role
from novacart.domain.catalog.errors import OutOfStock, StockAlreadyMoved
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.errors import (
    EmptyCart,
    LineAlreadyCancelled,
    OrderNotFound,
    OrderNotPaid,
    OrderNumberTaken,
)
from novacart.domain.ordering.events import OrderCancelled, OrderPlaced
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import CUSTOMER_REASON
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, OrderLineId
from tests.fakes.store import FakeStore
from tests.support.builders.ordering import (
    AS_CUSTOMER,
    NOON,
    STAFF_LIMITS,
    ShopFixture,
    add_address,
    no_payments,
    rupees,
)
from tests.support.clock import SetClock

POLICY = CheckoutPolicy(pending_order_ttl=timedelta(minutes=30))


class OrderUseCases:
    """Every use case of orders, with the same clock."""

    def __init__(self, begin: UnitOfWorkFactory, numbers: OrderNumbers) -> None:
        self.clock = SetClock(NOON)
        self.refunds: list[LineRefundRequest] = []
        common = {"begin": begin, "clock": self.clock, "contexts": AS_CUSTOMER}
        self.place = PlaceOrder(**common, numbers=numbers, policy=POLICY)  # type: ignore[arg-type]
        self.check_out = StartCheckout(**common, numbers=numbers, policy=POLICY)  # type: ignore[arg-type]
        self.cancel = CancelOrder(**common, limits=STAFF_LIMITS)  # type: ignore[arg-type]
        self.cancel_item = CancelItem(**common, refund_line=self.refunds.append)  # type: ignore[arg-type]
        self.expire = ExpireOrders(begin=begin, clock=self.clock, update_payment=no_payments)
        self.start_processing = StartProcessing(**common)  # type: ignore[arg-type]
        self.ship = ShipOrder(**common)  # type: ignore[arg-type]
        self.deliver = DeliverOrder(**common)  # type: ignore[arg-type]


@pytest.fixture
def use_cases(begin: UnitOfWorkFactory) -> OrderUseCases:
    return OrderUseCases(begin, RandomOrderNumbers())


def place_command(
    shop: ShopFixture, method: PaymentMethod = PaymentMethod.ONLINE
) -> PlaceOrderCommand:
    return PlaceOrderCommand(user_id=shop.customer, address_id=shop.address, payment_method=method)


def statuses(shop: ShopFixture, order: OrderView) -> tuple[str, list[str]]:
    with shop.begin() as work:
        stored = work.orders.get(order.id)
    return stored.status.value, [line.status.value for line in stored.lines]


def test_place_order_takes_whole_cart_and_reserves_stock(
    use_cases: OrderUseCases, shop: ShopFixture, store: FakeStore
) -> None:
    shop.fill_cart(2, 1)
    order = use_cases.place(place_command(shop))
    assert (order.total_minor, order.currency) == (25_000, "INR")
    assert [(line.title, line.unit_price_minor, line.quantity) for line in order.lines] == [
        (f"Product {shop.products[0]}", 10_000, 2),
        (f"Product {shop.products[1]}", 5_000, 1),
    ]
    assert order.address is not None
    assert order.address.source_id == shop.address
    assert order.email.endswith("@example.com")
    assert shop.levels() == [(10, 2), (10, 1), (10, 0)]
    with shop.begin() as work:
        assert work.carts.of(shop.customer).lines == ()
    assert [type(event) for event in store.events[-1:]] == [OrderPlaced]


def test_order_is_unchanged_by_later_changes_of_product_and_address(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    order = use_cases.place(place_command(shop))
    with shop.begin() as work:
        product = work.products.get_for_update(shop.products[0])
        product.archive(at=use_cases.clock.now())
        work.products.save(product)
        book = work.address_books.get(shop.customer)
        book.remove(shop.address)
        work.address_books.save(book)
        work.commit()
    with shop.begin() as work:
        stored = work.orders.get(order.id)
    assert stored.lines[0].title == order.lines[0].title
    assert stored.address == order.address


def test_checkout_of_empty_cart_raises(use_cases: OrderUseCases, shop: ShopFixture) -> None:
    with pytest.raises(EmptyCart):
        use_cases.place(place_command(shop))
    with pytest.raises(EmptyCart):
        use_cases.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))


@pytest.mark.parametrize("method", PaymentMethod)
def test_address_of_other_customer_raises(
    use_cases: OrderUseCases, shop: ShopFixture, method: PaymentMethod
) -> None:
    shop.fill_cart(1)
    other_customer = shop.another_customer()
    with shop.begin() as work:
        other_address = add_address(work, other_customer)
        work.commit()
    for address_id in (other_address, AddressId(10**9)):
        with pytest.raises(InvalidValue) as error:
            use_cases.place(
                PlaceOrderCommand(
                    user_id=shop.customer, address_id=address_id, payment_method=method
                )
            )
        assert error.value.field == "address_id"
        with pytest.raises(InvalidValue):
            use_cases.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=address_id))


def test_only_cod_order_requires_address(use_cases: OrderUseCases, shop: ShopFixture) -> None:
    shop.fill_cart(1)
    cod = PlaceOrderCommand(user_id=shop.customer, payment_method=PaymentMethod.COD)
    with pytest.raises(InvalidValue):
        use_cases.place(cod)
    assert use_cases.place(PlaceOrderCommand(user_id=shop.customer)).address is None


def test_out_of_stock_lists_lines_and_changes_nothing(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(1, 11, 12)
    with pytest.raises(OutOfStock) as error:
        use_cases.place(place_command(shop))
    _, second, third = shop.products
    assert error.value.details["lines"] == [
        {"product": second, "variant": second, "requested": 11, "available": 10},
        {"product": third, "variant": third, "requested": 12, "available": 10},
    ]
    assert shop.levels() == [(10, 0)] * 3
    with shop.begin() as work:
        assert len(work.carts.of(shop.customer).lines) == 3


def test_order_lines_keep_sku_and_options_of_their_variants(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    small, medium = shop.variants[0], shop.add_variant(price=120)
    shop.put_in_cart(shop.customer, {small: 1, medium: 2})
    order = use_cases.place(place_command(shop))
    with shop.begin() as work:
        product = work.products.get_for_update(shop.products[0])
        product.rename_option(product.options[0].id, "Fit", at=NOON)
        work.products.save(product)
        work.commit()
    with shop.begin() as work:
        lines = work.orders.get(order.id).lines
        levels = work.stock.levels([small, medium])
    assert [
        (line.product_id, line.variant_id, line.sku, line.options, line.unit_price)
        for line in lines
    ] == [
        (shop.products[0], small, None, "Size: S", rupees(100)),
        (shop.products[0], medium, f"SKU-{medium}", "Size: M", rupees(120)),
    ]
    assert [(line.variant_id, line.sku, line.options) for line in order.lines] == [
        (line.variant_id, line.sku, line.options) for line in lines
    ]
    assert (levels[small].reserved, levels[medium].reserved) == (1, 2)


def test_buyers_of_one_variant_leave_the_stock_of_another(
    use_cases: OrderUseCases, begin: UnitOfWorkFactory
) -> None:
    shop = ShopFixture(begin, stock=3, prices=(100,))
    small, medium = shop.variants[0], shop.add_variant(stock=5)
    placed = 0
    for _ in range(50):
        customer = shop.another_customer()
        shop.put_in_cart(customer, {small: 1})
        with suppress(OutOfStock):
            use_cases.place(PlaceOrderCommand(user_id=customer))
            placed += 1
    with begin() as work:
        levels = work.stock.levels([small, medium])
    assert (placed, levels[small].available, levels[medium].available) == (3, 0, 5)


def test_out_of_stock_names_the_variant_and_its_product(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    medium = shop.add_variant(stock=1)
    shop.put_in_cart(shop.customer, {shop.variants[0]: 1, medium: 2})
    with pytest.raises(OutOfStock) as error:
        use_cases.place(place_command(shop))
    assert error.value.details["lines"] == [
        {"product": shop.products[0], "variant": medium, "requested": 2, "available": 1}
    ]


def test_taken_order_number_is_retried(begin: UnitOfWorkFactory, shop: ShopFixture) -> None:
    drawn = iter(["NC-20261102-222222", "NC-20261102-222222", "NC-20261102-333333"])

    def numbers(_: datetime) -> str:
        return next(drawn)

    use_cases = OrderUseCases(begin, numbers)
    shop.fill_cart(1)
    assert use_cases.place(place_command(shop)).number == "NC-20261102-222222"
    shop.fill_cart(1)
    assert use_cases.place(place_command(shop)).number == "NC-20261102-333333"
    assert shop.levels()[0] == (10, 2)


def test_order_number_that_stays_taken_raises(begin: UnitOfWorkFactory, shop: ShopFixture) -> None:
    use_cases = OrderUseCases(begin, lambda _: "NC-20261102-222222")
    shop.fill_cart(1)
    use_cases.place(place_command(shop))
    shop.fill_cart(1)
    with pytest.raises(OrderNumberTaken):
        use_cases.place(place_command(shop))
    with pytest.raises(OrderNumberTaken):
        use_cases.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))


def test_start_checkout_keeps_cart_and_returns_same_order(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(2, 1)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    order = use_cases.check_out(command)
    assert use_cases.check_out(command) == order
    assert shop.levels()[:2] == [(10, 2), (10, 1)]
    with shop.begin() as work:
        cart = work.carts.of(shop.customer)
    assert len(cart.lines) == 2
    assert cart.checkout_order_id == order.id


def _decrease(shop: ShopFixture) -> None:
    with shop.begin() as work:
        cart = work.carts.of(shop.customer)
        cart.decrease(cart.lines[0].id)
        work.carts.save(cart)
        work.commit()


def _change_price(shop: ShopFixture) -> None:
    with shop.begin() as work:
        product = work.products.get_for_update(shop.products[0])
        product.edit(product.details.with_changes({"price": rupees(120)}), at=SetClock(NOON).now())
        work.products.save(product)
        work.commit()


@pytest.mark.parametrize("change", [_decrease, _change_price])
def test_start_checkout_of_changed_cart_replaces_order(
    use_cases: OrderUseCases,
    shop: ShopFixture,
    store: FakeStore,
    change: Callable[[ShopFixture], None],
) -> None:
    shop.fill_cart(2, 1)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    old = use_cases.check_out(command)
    change(shop)
    new = use_cases.check_out(command)
    assert new.id != old.id
    assert statuses(shop, old)[0] == "CANCELLED"
    assert [reserved for _, reserved in shop.levels()] == [
        sum(line.quantity for line in new.lines if line.product_id == product)
        for product in shop.products
    ]
    assert any(isinstance(event, OrderCancelled) for event in store.events)


def test_start_checkout_with_other_address_or_after_expiry_replaces_order(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    with shop.begin() as work:
        elsewhere = add_address(work, shop.customer)
        work.commit()
    first = use_cases.check_out(
        StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    )
    second = use_cases.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=elsewhere))
    use_cases.clock.move(minutes=30)
    third = use_cases.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=elsewhere))
    assert len({first.id, second.id, third.id}) == 3
    assert shop.levels()[0] == (10, 1)


def test_place_order_can_use_units_reserved_by_own_checkout(
    use_cases: OrderUseCases, begin: UnitOfWorkFactory
) -> None:
    shop = ShopFixture(begin, stock=2, prices=(100,))
    shop.fill_cart(2)
    old = use_cases.check_out(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))
    assert shop.levels() == [(2, 2)]
    with begin() as work:
        assert work.carts.orderable(shop.customer, shop.variants[0]) == 2
    new = use_cases.place(place_command(shop, PaymentMethod.COD))
    assert statuses(shop, old) == ("CANCELLED", ["CANCELLED"])
    assert statuses(shop, new) == ("CONFIRMED", ["CONFIRMED"])
    assert shop.levels() == [(2, 2)]
    with begin() as work:
        assert work.carts.of(shop.customer).checkout_order_id is None


def test_start_checkout_after_cancellation_creates_new_order(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    old = use_cases.check_out(command)
    use_cases.cancel(CancelOrderCommand(order_id=old.id, user_id=shop.customer))
    with shop.begin() as work:
        assert work.carts.orderable(shop.customer, shop.variants[0]) == 10
    assert use_cases.check_out(command).id != old.id


def test_cancel_order_releases_stock(use_cases: OrderUseCases, shop: ShopFixture) -> None:
    shop.fill_cart(2, 1)
    order = use_cases.place(place_command(shop))
    use_cases.cancel(CancelOrderCommand(order_id=order.id, user_id=shop.customer))
    assert shop.levels() == [(10, 0)] * 3
    assert statuses(shop, order) == ("CANCELLED", ["CANCELLED"] * 2)


def test_cancel_order_of_other_customer_raises_except_for_staff(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    order = use_cases.place(place_command(shop))
    with pytest.raises(OrderNotFound):
        use_cases.cancel(CancelOrderCommand(order_id=order.id, user_id=shop.another_customer()))
    use_cases.cancel(CancelOrderCommand(order_id=order.id, staff=SYSTEM, reason="fraud"))
    assert statuses(shop, order)[0] == "CANCELLED"


def test_support_cancels_orders_up_to_its_limit(
    use_cases: OrderUseCases, begin: UnitOfWorkFactory
) -> None:
    shop = ShopFixture(begin, prices=(1_000,))
    support = Actor(user_id=shop.another_customer(), role=Role.SUPPORT)

    def order(quantity: int) -> OrderView:
        shop.fill_cart(quantity)
        return use_cases.place(place_command(shop))

    def cancel(order: OrderView) -> None:
        use_cases.cancel(CancelOrderCommand(order_id=order.id, staff=support))

    above = order(3)
    with pytest.raises(AboveYourLimit):
        cancel(above)
    cancel(order(1))
    cancel(order(1))
    # The limit is ₹2,000 a day.
    another = order(1)
    with pytest.raises(AboveYourLimit):
        cancel(another)
    assert {statuses(shop, each)[0] for each in (above, another)} == {"PENDING"}
    assert shop.levels() == [(10, 4)]
    use_cases.clock.move(hours=12)
    cancel(another)


def test_support_cannot_cancel_its_own_order(
    use_cases: OrderUseCases, begin: UnitOfWorkFactory
) -> None:
    shop = ShopFixture(begin, prices=(100,))
    shop.fill_cart(1)
    order = use_cases.place(place_command(shop))
    for role in (Role.SUPPORT, Role.MANAGER):
        with pytest.raises(OwnOrder):
            use_cases.cancel(
                CancelOrderCommand(order_id=order.id, staff=Actor(user_id=shop.customer, role=role))
            )
    use_cases.cancel(CancelOrderCommand(order_id=order.id, user_id=shop.customer))


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.CATALOG])
def test_staff_actions_without_permission_raise(
    use_cases: OrderUseCases, shop: ShopFixture, role: Role
) -> None:
    shop.fill_cart(1)
    order = use_cases.place(place_command(shop, PaymentMethod.COD))
    actor = Actor(user_id=shop.customer, role=role)
    actions: list[Callable[[], None]] = [
        lambda: use_cases.cancel(CancelOrderCommand(order_id=order.id, staff=actor)),
        lambda: use_cases.cancel(CancelOrderCommand(order_id=order.id)),
        lambda: use_cases.start_processing(StartProcessingCommand(staff=actor, order_id=order.id)),
        lambda: use_cases.ship(
            ShipOrderCommand(staff=actor, order_id=order.id, carrier="Post", tracking_number="1")
        ),
        lambda: use_cases.deliver(DeliverOrderCommand(staff=actor, order_id=order.id)),
    ]
    for action in actions:
        with pytest.raises(PermissionDenied):
            action()
    assert statuses(shop, order)[0] == "CONFIRMED"


def test_start_checkout_without_payment_provider_reserves_nothing(
    begin: UnitOfWorkFactory, shop: ShopFixture
) -> None:
    start_checkout = StartCheckout(
        begin=begin,
        clock=SetClock(NOON),
        contexts=AS_CUSTOMER,
        numbers=RandomOrderNumbers(),
        policy=CheckoutPolicy(pending_order_ttl=timedelta(minutes=30), online_payments=False),
    )
    shop.fill_cart(1)
    with pytest.raises(GatewayUnavailable) as error:
        start_checkout(StartCheckoutCommand(user_id=shop.customer, address_id=shop.address))
    assert error.value.retry_after == 60
    assert shop.levels()[0] == (10, 0)


def test_cancel_items_of_cod_order(use_cases: OrderUseCases, shop: ShopFixture) -> None:
    shop.fill_cart(2, 1)
    order = use_cases.place(place_command(shop, PaymentMethod.COD))

    def cancel(line: int) -> None:
        line_id = OrderLineId(order.lines[line].id)
        use_cases.cancel_item(
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
    assert use_cases.refunds == []


def test_item_is_cancelled_by_the_customer_unless_another_reason_is_given(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(2, 1)
    order = use_cases.place(place_command(shop, PaymentMethod.COD))
    for line, reason in zip(order.lines, ["too many", ""], strict=True):
        use_cases.cancel_item(
            CancelItemCommand(
                user_id=shop.customer, order_id=order.id, line_id=line.id, reason=reason
            )
        )
    with shop.begin() as work:
        changes = work.orders.get(order.id).history
    reasons = {change.line_id: change.reason for change in changes if change.line_id is not None}
    assert list(reasons.values()) == ["too many", CUSTOMER_REASON]


def test_cancel_item_of_online_order_requests_refund_once_paid(
    use_cases: OrderUseCases, shop: ShopFixture
) -> None:
    shop.fill_cart(1)
    order = use_cases.place(place_command(shop))
    command = CancelItemCommand(
        user_id=shop.customer,
        order_id=order.id,
        line_id=order.lines[0].id,
        reason="no",
        idempotency_key="k",
    )
    with pytest.raises(OrderNotPaid):
        use_cases.cancel_item(command)
    with shop.begin() as work:
        stored = work.orders.get(order.id)
        stored.pay(at=use_cases.clock.now(), actor="stripe")
        work.orders.save(stored)
        work.commit()
    use_cases.cancel_item(command)
    (request,) = use_cases.refunds
    assert (request.order_id, request.line_id, request.idempotency_key) == (
        order.id,
        order.lines[0].id,
        "k",
    )


def test_expire_orders_cancels_expired_unpaid_orders_in_batches(
    use_cases: OrderUseCases, begin: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.application.ordering.expire_orders.BATCH", 5)
    shop = ShopFixture(begin, stock=500, prices=(100,))
    early = []
    for _ in range(12):
        shop.fill_cart(1)
        early.append(use_cases.place(place_command(shop)))
    use_cases.clock.move(minutes=10)
    shop.fill_cart(1)
    late = use_cases.place(place_command(shop))
    shop.fill_cart(1)
    cod = use_cases.place(place_command(shop, PaymentMethod.COD))
    assert use_cases.expire() == 0
    use_cases.clock.move(minutes=20)
    assert use_cases.expire() == 12
    assert use_cases.expire() == 0
    assert {statuses(shop, order)[0] for order in early} == {"CANCELLED"}
    assert statuses(shop, late)[0] == "PENDING"
    assert statuses(shop, cod)[0] == "CONFIRMED"
    assert shop.levels() == [(500, 2)]


def test_order_that_cannot_be_expired_does_not_stop_the_others(
    use_cases: OrderUseCases, begin: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.application.ordering.expire_orders.BATCH", 2)
    shop = ShopFixture(begin, stock=10, prices=(100,))
    orders = []
    for _ in range(5):
        shop.fill_cart(1)
        orders.append(use_cases.place(place_command(shop)))
    with begin() as work:
        # The ledger contains the release of the oldest order, as after a fault.
        first = work.orders.get(orders[0].id)
        claims = stock_claims(first.id, first.reserved_units, MovementKind.RELEASE)
        work.stock.release(claims, at=NOON)
        work.commit()
    use_cases.clock.move(minutes=30)
    with pytest.raises(StockAlreadyMoved):
        use_cases.expire()
    assert [statuses(shop, order)[0] for order in orders] == ["PENDING"] + 4 * ["CANCELLED"]


def test_ship_order_takes_units_out_of_stock(use_cases: OrderUseCases, shop: ShopFixture) -> None:
    shop.fill_cart(2, 1)
    order = use_cases.place(place_command(shop, PaymentMethod.COD))
    use_cases.start_processing(StartProcessingCommand(staff=SYSTEM, order_id=order.id))
    use_cases.ship(
        ShipOrderCommand(staff=SYSTEM, order_id=order.id, carrier="Post", tracking_number="P1")
    )
    assert shop.levels() == [(8, 0), (9, 0), (10, 0)]
    use_cases.deliver(DeliverOrderCommand(staff=SYSTEM, order_id=order.id))
    assert statuses(shop, order)[0] == "DELIVERED"


def test_estimate_delivery_uses_current_date() -> None:
    estimate = EstimateDelivery(clock=SetClock(NOON), policy=POLICY)
    assert estimate().isoformat() == "2026-11-09"
