"""Many buyers, few units: nobody gets what is not there, and nobody waits for another forever."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import update

from novacart.adapters.persistence.catalog.tables import stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ordering.place_order import PlaceOrderCommand
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import OutOfStock
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import ProductId, UserId
from tests.integration.concurrency.conftest import Till
from tests.support.builders.ordering import ShopFixture, add_address, add_customer, fill_cart
from tests.support.races import THREADS, assert_stock_adds_up, errors_of, run_concurrently


def buyers_of(shop: ShopFixture, count: int, *, quantity: int = 1) -> list[UserId]:
    """Customers who all have the shop's first product in their carts."""
    with shop.begin() as work:
        buyers = [add_customer(work, f"buyer{number}") for number in range(count)]
        for buyer in buyers:
            fill_cart(work, buyer, {shop.products[0]: quantity})
        work.commit()
    return buyers


def assert_sold(outcomes: Sequence[object], shop: ShopFixture, *, stock: int) -> None:
    """Every unit was sold once, and whoever got none was told so."""
    refused = errors_of(outcomes)
    assert {type(error) for error in refused} <= {OutOfStock}
    assert len(outcomes) - len(refused) == stock
    assert shop.levels() == [(stock, stock)]


@pytest.mark.parametrize(
    ("buyers", "stock"),
    [(500, 4), pytest.param(1000, 100, marks=pytest.mark.stress)],
)
def test_exactly_what_is_in_stock_is_sold(
    till: Till, database: Database, buyers: int, stock: int
) -> None:
    if till.race_settings.delay:
        buyers, stock = 8, 2
    shop = ShopFixture(till.begin, stock=stock, prices=(100,))
    crowd = buyers_of(shop, buyers)
    outcomes = till.run_concurrently(
        [partial(till.place, PlaceOrderCommand(user_id=who)) for who in crowd]
    )
    assert_sold(outcomes, shop, stock=stock)
    assert_stock_adds_up(database)


def test_a_naive_check_before_the_sale_oversells(till: Till, database: Database) -> None:
    """Negative control: looking first and writing what was seen loses updates."""
    shop = ShopFixture(till.begin, stock=4, prices=(100,))
    product = shop.products[0]
    all_looked = Barrier(THREADS)

    def buy() -> None:
        with till.begin() as work:
            level = work.stock.levels([product])[product]
        all_looked.wait(10)
        if level.available < 1:
            raise OutOfStock([(product, 1, level.available)])
        with database.writing() as connection:
            connection.execute(
                update(stock_levels)
                .where(stock_levels.c.product_id == product)
                .values(reserved=level.reserved + 1)
            )
            connection.commit()

    outcomes = run_concurrently([buy] * THREADS)
    with pytest.raises(AssertionError):
        assert_sold(outcomes, shop, stock=4)
    with pytest.raises(AssertionError):
        assert_stock_adds_up(database)


def test_carts_filled_in_opposite_orders_do_not_wait_for_each_other(
    till: Till, database: Database
) -> None:
    shop = ShopFixture(till.begin, stock=100, prices=(100, 50))
    with till.begin() as work:
        crowd = [
            add_customer(work, f"buyer{number}")
            for number in range(till.race_settings.client_count(50))
        ]
        for number, buyer in enumerate(crowd):
            products = shop.products if number % 2 else shop.products[::-1]
            fill_cart(work, buyer, dict.fromkeys(products, 1))
        work.commit()
    outcomes = till.run_concurrently(
        [partial(till.place, PlaceOrderCommand(user_id=who)) for who in crowd]
    )
    assert errors_of(outcomes) == []
    assert shop.levels() == [(100, len(crowd))] * 2
    assert_stock_adds_up(database)


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Database:
    """Where rows have locks: SQLite's writers take turns, and none can wait for another."""
    return Database.connect(postgresql_url)


def test_a_naive_reservation_in_the_carts_own_order_deadlocks(on_postgresql: Database) -> None:
    """Negative control for the order of locks."""
    begin: UnitOfWorkFactory = SqlUnitOfWorkFactory(on_postgresql, ContextVarRequestContexts())
    shop = ShopFixture(begin, stock=100, prices=(100, 50))
    both_have_one = Barrier(2)

    def reserve(products: list[ProductId]) -> None:
        with on_postgresql.writing() as connection:
            for product in products:
                connection.execute(
                    update(stock_levels)
                    .where(
                        stock_levels.c.product_id == product,
                        stock_levels.c.on_hand - stock_levels.c.reserved >= 1,
                    )
                    .values(reserved=stock_levels.c.reserved + 1)
                )
                if product == products[0]:
                    both_have_one.wait(10)
            connection.commit()

    outcomes = run_concurrently(
        [partial(reserve, shop.products), partial(reserve, shop.products[::-1])]
    )
    on_postgresql.dispose()
    assert [type(error) for error in errors_of(outcomes)] == [ConcurrentChange]


def test_checkouts_that_swap_products_do_not_wait_for_each_other(
    till: Till, database: Database
) -> None:
    """Each customer's new order takes what the other's old one gives back."""
    shop = ShopFixture(till.begin, stock=100, prices=(100, 50))
    with till.begin() as work:
        crowd = [
            add_customer(work, f"buyer{number}")
            for number in range(till.race_settings.client_count(20))
        ]
        homes = [add_address(work, buyer) for buyer in crowd]
        lines = [
            fill_cart(work, buyer, {shop.products[number % 2]: 1})[0]
            for number, buyer in enumerate(crowd)
        ]
        work.commit()
    commands = [
        StartCheckoutCommand(user_id=buyer, address_id=home)
        for buyer, home in zip(crowd, homes, strict=True)
    ]
    for command in commands:
        till.check_out(command)
    with till.begin() as work:
        for number, buyer in enumerate(crowd):
            cart = work.carts.of(buyer)
            cart.remove(lines[number])
            work.carts.save(cart)
            fill_cart(work, buyer, {shop.products[1 - number % 2]: 1})
        work.commit()
    outcomes = till.run_concurrently([partial(till.check_out, command) for command in commands])
    assert errors_of(outcomes) == []
    assert shop.levels() == [(100, len(crowd) // 2)] * 2
    assert_stock_adds_up(database)


def test_one_customers_hundred_orders_at_once_are_one_order(till: Till, database: Database) -> None:
    shop = ShopFixture(till.begin, stock=100, prices=(100,))
    shop.fill_cart(3)
    times = till.race_settings.client_count(100)
    place = partial(till.place, PlaceOrderCommand(user_id=shop.customer))
    kinds = Counter(type(outcome).__name__ for outcome in till.run_concurrently([place] * times))
    assert kinds == {"OrderView": 1, "EmptyCart": times - 1}
    assert shop.levels() == [(100, 3)]
    assert_stock_adds_up(database)


def test_one_customers_checkouts_at_once_are_one_order(till: Till, database: Database) -> None:
    shop = ShopFixture(till.begin, stock=3, prices=(100,))
    shop.fill_cart(3)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    outcomes = till.run_concurrently(
        [partial(till.check_out, command)] * till.race_settings.client_count(40)
    )
    assert errors_of(outcomes) == []
    assert len({outcome.id for outcome in outcomes if not isinstance(outcome, Exception)}) == 1
    assert shop.levels() == [(3, 3)]
    assert_stock_adds_up(database)
