"""Limits of the orders that reserve stock for one account."""

from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.queries import OrderView
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import (
    TooManyCodOrders,
    TooManyRenewals,
    TooManyUnits,
    TooManyUnpaidOrders,
)
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.limits import OpenOrders, OrderLimits
from novacart.domain.shared.ids import OrderId, VariantId
from tests.support.builders.ordering import (
    AS_CUSTOMER,
    NOON,
    STAFF_LIMITS,
    ShopFixture,
    fill_cart,
    no_payments,
)
from tests.support.clock import SetClock

ONLINE, COD = PaymentMethod.ONLINE, PaymentMethod.COD
LIMITS = OrderLimits(unpaid=3, cod=2, renewals=5)


class Checkouts:
    """Orders of one customer and one product."""

    def __init__(
        self, begin: UnitOfWorkFactory, shop: ShopFixture, limits: OrderLimits = LIMITS
    ) -> None:
        self.shop = shop
        self.clock = SetClock(NOON)
        policy = CheckoutPolicy(pending_order_ttl=timedelta(minutes=30), limits=limits)
        common = {"begin": begin, "clock": self.clock, "contexts": AS_CUSTOMER}
        placing = common | {"numbers": RandomOrderNumbers(), "policy": policy}
        self._place = PlaceOrder(**placing)  # type: ignore[arg-type]
        self._start = StartCheckout(**placing)  # type: ignore[arg-type]
        self._cancel = CancelOrder(**common, limits=STAFF_LIMITS)  # type: ignore[arg-type]
        self._process = StartProcessing(**common)  # type: ignore[arg-type]
        self._ship = ShipOrder(**common)  # type: ignore[arg-type]
        self.expire = ExpireOrders(begin=begin, clock=self.clock, update_payment=no_payments)

    def place(self, method: PaymentMethod = ONLINE, *quantities: int) -> OrderView:
        """Order these quantities of the products, one of the first by default."""
        fill = dict(zip(self.shop.products, quantities or (1,), strict=False))
        with self.shop.begin() as work:
            fill_cart(
                work, self.shop.customer, {key: count for key, count in fill.items() if count}
            )
            work.commit()
        return self._place(
            PlaceOrderCommand(
                user_id=self.shop.customer, address_id=self.shop.address, payment_method=method
            )
        )

    def renew(self) -> OrderView:
        """Start a checkout of a changed cart."""
        self.shop.fill_cart(1)
        return self.start()

    def start(self) -> OrderView:
        return self._start(
            StartCheckoutCommand(user_id=self.shop.customer, address_id=self.shop.address)
        )

    def cancel(self, order_id: OrderId) -> None:
        self._cancel(CancelOrderCommand(order_id=order_id, user_id=self.shop.customer))

    def ship(self, order_id: OrderId) -> None:
        self._process(StartProcessingCommand(staff=SYSTEM, order_id=order_id))
        self._ship(
            ShipOrderCommand(staff=SYSTEM, order_id=order_id, carrier="P", tracking_number="1")
        )


@pytest.fixture
def checkouts(begin: UnitOfWorkFactory) -> Checkouts:
    return Checkouts(begin, ShopFixture(begin, stock=1000, prices=(100,)))


def test_unpaid_orders_of_an_account_are_bounded(checkouts: Checkouts) -> None:
    first, *_ = [checkouts.place() for _ in range(3)]
    with pytest.raises(TooManyUnpaidOrders) as error:
        checkouts.place()
    assert error.value.details == {"limit": 3}
    with pytest.raises(TooManyUnpaidOrders):
        checkouts.start()
    assert checkouts.shop.levels() == [(1000, 3)]
    checkouts.place(COD)
    checkouts.cancel(first.id)
    checkouts.place()


def test_order_that_replaces_an_unpaid_one_is_not_counted_twice(checkouts: Checkouts) -> None:
    for _ in range(2):
        checkouts.place()
    checkouts.renew()
    checkouts.renew()
    checkouts.place()
    with pytest.raises(TooManyUnpaidOrders):
        checkouts.place()


def test_open_cod_orders_of_an_account_are_bounded_until_they_ship(checkouts: Checkouts) -> None:
    first = checkouts.place(COD)
    checkouts.place(COD)
    with pytest.raises(TooManyCodOrders, match="2"):
        checkouts.place(COD)
    assert checkouts.shop.levels() == [(1000, 2)]
    checkouts.ship(first.id)
    checkouts.place(COD)


def test_orders_of_other_accounts_do_not_count(begin: UnitOfWorkFactory) -> None:
    for _ in range(3):
        checkouts = Checkouts(begin, ShopFixture(begin, prices=(100,)))
        for _ in range(3):
            checkouts.place()


def test_renewals_of_a_checkout_are_bounded(checkouts: Checkouts) -> None:
    checkouts.renew()
    for _ in range(5):
        checkouts.clock.move(minutes=1)
        checkouts.renew()
    with pytest.raises(TooManyRenewals) as error:
        checkouts.renew()
    # The first of the five was placed five minutes ago.
    assert error.value.retry_after == 24 * 3600 - 5 * 60
    assert checkouts.shop.levels() == [(1000, 6)]
    checkouts.clock.move(seconds=error.value.retry_after)
    checkouts.start()


def test_checkouts_started_again_after_they_expire_are_bounded(checkouts: Checkouts) -> None:
    checkouts.shop.fill_cart(1)
    for _ in range(5):
        checkouts.start()
        checkouts.clock.move(minutes=30)
        checkouts.expire()
    with pytest.raises(TooManyRenewals):
        checkouts.start()


def test_orders_placed_and_cancelled_are_bounded(checkouts: Checkouts) -> None:
    for _ in range(5):
        checkouts.cancel(checkouts.place().id)
    with pytest.raises(TooManyRenewals):
        checkouts.place()
    checkouts.place(COD)


def test_unchanged_checkout_is_no_renewal(checkouts: Checkouts) -> None:
    checkouts.shop.fill_cart(1)
    assert len({checkouts.start().id for _ in range(20)}) == 1


def test_units_of_one_product_in_open_orders_are_bounded(begin: UnitOfWorkFactory) -> None:
    shop = ShopFixture(begin, stock=1000, prices=(100, 50))
    checkouts = Checkouts(begin, shop, OrderLimits(units=30))
    checkouts.place(ONLINE, 10)
    cod = checkouts.place(COD, 10)
    checkouts.place(ONLINE, 10, 1)
    for method in PaymentMethod:
        with pytest.raises(TooManyUnits):
            checkouts.place(method, 1)
        with shop.begin() as work:
            cart = work.carts.of(shop.customer)
            cart.clear()
            work.carts.save(cart)
            work.commit()
    checkouts.place(COD, 0, 29)
    assert shop.levels() == [(1000, 30), (1000, 30)]
    checkouts.ship(cod.id)
    checkouts.place(ONLINE, 10)


def test_units_of_a_replaced_order_are_not_counted_twice(begin: UnitOfWorkFactory) -> None:
    shop = ShopFixture(begin, stock=1000, prices=(100,))
    checkouts = Checkouts(begin, shop, OrderLimits(units=3))
    for _ in range(3):
        checkouts.renew()
    with pytest.raises(TooManyUnits):
        checkouts.renew()


def test_no_limit_allows_any_number() -> None:
    many = OpenOrders(unpaid=99, cod=99, abandoned=99, abandoned_since=NOON)
    for method in PaymentMethod:
        OrderLimits().ensure_allowed(many, method, quantities={}, replaced={}, at=NOON)


def test_waiting_time_is_at_least_a_second() -> None:
    full = OpenOrders(abandoned=5, abandoned_since=NOON - timedelta(days=1))
    for orders in (full, replace(full, abandoned_since=NOON - timedelta(days=2))):
        with pytest.raises(TooManyRenewals) as error:
            LIMITS.ensure_allowed(orders, ONLINE, quantities={}, replaced={}, at=NOON)
        assert error.value.retry_after == 1


def test_units_of_a_variant_that_no_order_reserves_are_limited() -> None:
    limits = OrderLimits(units=3)

    def place(quantity: int) -> None:
        quantities = {VariantId(7): quantity}
        limits.ensure_allowed(OpenOrders(), COD, quantities=quantities, replaced={}, at=NOON)

    place(3)
    with pytest.raises(TooManyUnits, match="3"):
        place(4)
