"""Races over stock at checkout: no overselling, no deadlocks."""

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
from novacart.domain.catalog.errors import OutOfStock, Shortage
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId, VariantId
from tests.integration.concurrency.conftest import OrderingHarness
from tests.support.builders.ordering import ShopFixture, add_address, add_customer, fill_cart
from tests.support.races import THREADS, assert_stock_matches_ledger, errors_of, run_concurrently


def buyers_of(shop: ShopFixture, count: int, *, quantity: int = 1) -> list[UserId]:
    """Add customers who have the shop's first product in their carts."""
    with shop.begin() as work:
        buyers = [add_customer(work, f"buyer{number}") for number in range(count)]
        for buyer in buyers:
            fill_cart(work, buyer, {shop.products[0]: quantity})
        work.commit()
    return buyers


def assert_sold(outcomes: Sequence[object], shop: ShopFixture, *, stock: int) -> None:
    """Assert that each unit is reserved once and every other call raises `OutOfStock`."""
    errors = errors_of(outcomes)
    assert {type(error) for error in errors} <= {OutOfStock}
    assert len(outcomes) - len(errors) == stock
    assert shop.levels() == [(stock, stock)]


@pytest.mark.parametrize(
    ("buyers", "stock"),
    [(500, 4), pytest.param(1000, 100, marks=pytest.mark.stress)],
)
def test_concurrent_orders_sell_exactly_the_stock(
    ordering: OrderingHarness, database: Database, buyers: int, stock: int
) -> None:
    if ordering.timing.delay:
        buyers, stock = 8, 2
    shop = ShopFixture(ordering.begin, stock=stock, prices=(100,))
    customers = buyers_of(shop, buyers)
    outcomes = ordering.run_concurrently(
        [partial(ordering.place, PlaceOrderCommand(user_id=user_id)) for user_id in customers]
    )
    assert_sold(outcomes, shop, stock=stock)
    assert_stock_matches_ledger(database)


def test_naive_check_before_the_sale_oversells(
    ordering: OrderingHarness, database: Database
) -> None:
    """Negative control: writing a level that was read before loses updates."""
    shop = ShopFixture(ordering.begin, stock=4, prices=(100,))
    product, variant = shop.products[0], shop.variants[0]
    all_read = Barrier(THREADS)

    def buy() -> None:
        with ordering.begin() as work:
            level = work.stock.levels([variant])[variant]
        all_read.wait(60)
        if level.available < 1:
            shortage = Shortage(
                product_id=product, variant_id=variant, requested=1, available=level.available
            )
            raise OutOfStock([shortage])
        with database.writing() as connection:
            connection.execute(
                update(stock_levels)
                .where(stock_levels.c.variant_id == variant)
                .values(reserved=level.reserved + 1)
            )
            connection.commit()

    outcomes = run_concurrently([buy] * THREADS)
    with pytest.raises(AssertionError):
        assert_sold(outcomes, shop, stock=4)
    with pytest.raises(AssertionError):
        assert_stock_matches_ledger(database)


def test_carts_filled_in_opposite_orders_do_not_deadlock(
    ordering: OrderingHarness, database: Database
) -> None:
    shop = ShopFixture(ordering.begin, stock=100, prices=(100, 50))
    with ordering.begin() as work:
        buyers = [
            add_customer(work, f"buyer{number}") for number in range(ordering.timing.limit(50))
        ]
        for number, buyer in enumerate(buyers):
            products = shop.products if number % 2 else shop.products[::-1]
            fill_cart(work, buyer, dict.fromkeys(products, 1))
        work.commit()
    outcomes = ordering.run_concurrently(
        [partial(ordering.place, PlaceOrderCommand(user_id=user_id)) for user_id in buyers]
    )
    assert errors_of(outcomes) == []
    assert shop.levels() == [(100, len(buyers))] * 2
    assert_stock_matches_ledger(database)


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Database:
    """SQLite has one writer at a time, so only PostgreSQL can deadlock."""
    return Database.connect(postgresql_url)


def test_naive_reservation_in_cart_order_deadlocks(on_postgresql: Database) -> None:
    """Negative control for the lock order."""
    begin: UnitOfWorkFactory = SqlUnitOfWorkFactory(on_postgresql, ContextVarRequestContexts())
    shop = ShopFixture(begin, stock=100, prices=(100, 50))
    both_have_one = Barrier(2)

    def reserve(variants: list[VariantId]) -> None:
        with on_postgresql.writing() as connection:
            for variant in variants:
                connection.execute(
                    update(stock_levels)
                    .where(
                        stock_levels.c.variant_id == variant,
                        stock_levels.c.on_hand - stock_levels.c.reserved >= 1,
                    )
                    .values(reserved=stock_levels.c.reserved + 1)
                )
                if variant == variants[0]:
                    both_have_one.wait(60)
            connection.commit()

    outcomes = run_concurrently(
        [partial(reserve, shop.variants), partial(reserve, shop.variants[::-1])]
    )
    on_postgresql.dispose()
    assert [type(error) for error in errors_of(outcomes)] == [ConcurrentChange]


def test_checkouts_that_swap_products_do_not_deadlock(
    ordering: OrderingHarness, database: Database
) -> None:
    """Each new checkout reserves the product that another checkout releases."""
    shop = ShopFixture(ordering.begin, stock=100, prices=(100, 50))
    with ordering.begin() as work:
        buyers = [
            add_customer(work, f"buyer{number}") for number in range(ordering.timing.limit(20))
        ]
        addresses = [add_address(work, buyer) for buyer in buyers]
        lines = [
            fill_cart(work, buyer, {shop.products[number % 2]: 1})[0]
            for number, buyer in enumerate(buyers)
        ]
        work.commit()
    commands = [
        StartCheckoutCommand(user_id=buyer, address_id=address)
        for buyer, address in zip(buyers, addresses, strict=True)
    ]
    for command in commands:
        ordering.start_checkout(command)
    with ordering.begin() as work:
        for number, buyer in enumerate(buyers):
            cart = work.carts.of(buyer)
            cart.remove(lines[number])
            work.carts.save(cart)
            fill_cart(work, buyer, {shop.products[1 - number % 2]: 1})
        work.commit()
    outcomes = ordering.run_concurrently(
        [partial(ordering.start_checkout, command) for command in commands]
    )
    assert errors_of(outcomes) == []
    assert shop.levels() == [(100, len(buyers) // 2)] * 2
    assert_stock_matches_ledger(database)


def test_concurrent_orders_of_one_cart_place_one_order(
    ordering: OrderingHarness, database: Database
) -> None:
    shop = ShopFixture(ordering.begin, stock=100, prices=(100,))
    shop.fill_cart(3)
    count = ordering.timing.limit(100)
    place = partial(ordering.place, PlaceOrderCommand(user_id=shop.customer))
    kinds = Counter(
        type(outcome).__name__ for outcome in ordering.run_concurrently([place] * count)
    )
    assert kinds == {"OrderView": 1, "EmptyCart": count - 1}
    assert shop.levels() == [(100, 3)]
    assert_stock_matches_ledger(database)


def test_concurrent_checkouts_of_one_cart_place_one_order(
    ordering: OrderingHarness, database: Database
) -> None:
    shop = ShopFixture(ordering.begin, stock=3, prices=(100,))
    shop.fill_cart(3)
    command = StartCheckoutCommand(user_id=shop.customer, address_id=shop.address)
    outcomes = ordering.run_concurrently(
        [partial(ordering.start_checkout, command)] * ordering.timing.limit(40)
    )
    assert errors_of(outcomes) == []
    assert len({outcome.id for outcome in outcomes if not isinstance(outcome, Exception)}) == 1
    assert shop.levels() == [(3, 3)]
    assert_stock_matches_ledger(database)
