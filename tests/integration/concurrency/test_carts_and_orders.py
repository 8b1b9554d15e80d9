"""Carts and orders that several requests change at once: nothing is lost and nothing torn."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import delete, func, select, update

from novacart.adapters.persistence.cart.tables import cart_lines
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.application.cart.add_to_cart import AddToCartCommand
from novacart.application.cart.change_quantity import ChangeQuantityCommand, QuantityStep
from novacart.application.ordering.cancel_order import CancelOrderCommand
from novacart.application.ordering.place_order import PlaceOrderCommand
from novacart.domain.ordering.errors import EmptyCart, OrderAlreadyCancelled
from novacart.domain.ordering.history import ChangeSubject
from novacart.domain.shared.ids import OrderId
from tests.integration.concurrency.conftest import Till
from tests.support.builders.ordering import NOON, ShopFixture, rupees
from tests.support.races import THREADS, assert_stock_adds_up, errors_of, run_concurrently


def in_cart(shop: ShopFixture) -> list[int]:
    with shop.begin() as work:
        return [line.quantity for line in work.carts.of(shop.customer).lines]


def assert_in_cart(shop: ShopFixture, quantity: int) -> None:
    assert in_cart(shop) == [quantity]


def test_a_first_line_added_100_times_at_once_is_one_line(till: Till) -> None:
    times = till.race_settings.client_count(100)
    shop = ShopFixture(till.begin, stock=1000, prices=(100,))
    command = AddToCartCommand(user_id=shop.customer, product_id=shop.products[0])
    outcomes = till.run_concurrently([partial(till.add, command)] * times)
    assert errors_of(outcomes) == []
    assert_in_cart(shop, times)


def test_nine_increases_at_once_are_nine(till: Till) -> None:
    shop = ShopFixture(till.begin, stock=1000, prices=(100,))
    (line,) = shop.fill_cart(1)
    command = ChangeQuantityCommand(
        user_id=shop.customer, line_id=line, change=QuantityStep.INCREASE
    )
    outcomes = till.run_concurrently([partial(till.change, command)] * 9)
    assert {outcome for outcome in outcomes if isinstance(outcome, int)} == set(range(2, 11))
    assert_in_cart(shop, 10)


def test_a_naive_increase_of_what_was_read_before_loses_some(
    till: Till, database: Database
) -> None:
    """Negative control: reading the cart before the transaction that writes it."""
    shop = ShopFixture(till.begin, stock=1000, prices=(100,))
    (line,) = shop.fill_cart(1)
    all_read = Barrier(9)

    def increase() -> None:
        with till.begin() as work:
            quantity = work.carts.of(shop.customer).line(line).quantity
        all_read.wait(10)
        with database.writing() as connection:
            connection.execute(
                update(cart_lines).where(cart_lines.c.id == line).values(quantity=quantity + 1)
            )
            connection.commit()

    assert errors_of(run_concurrently([increase] * 9)) == []
    with pytest.raises(AssertionError):
        assert_in_cart(shop, 10)


def ordered_units(database: Database) -> int:
    with database.reading() as connection:
        units = connection.scalar(select(func.sum(order_lines.c.quantity)))
    return int(units or 0)


def assert_nothing_was_lost(shop: ShopFixture, database: Database, added: int) -> None:
    """What was put into the cart is in an order or still in the cart."""
    assert ordered_units(database) + sum(in_cart(shop)) == added


def assert_totals_are_sums(database: Database) -> None:
    summed = func.sum(order_lines.c.unit_price_minor * order_lines.c.quantity)
    with database.reading() as connection:
        rows = connection.execute(
            select(orders.c.total_minor, summed.label("lines"))
            .join(order_lines, order_lines.c.order_id == orders.c.id)
            .group_by(orders.c.id)
        ).all()
    assert rows
    assert all(row.total_minor == row.lines for row in rows)


def test_a_cart_that_is_changed_while_it_becomes_an_order_loses_nothing(
    till: Till, database: Database
) -> None:
    adds = till.race_settings.client_count(60)
    shop = ShopFixture(till.begin, stock=1000, prices=(100, 50))

    def add(number: int) -> None:
        till.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[number % 2]))

    def place() -> None:
        till.place(PlaceOrderCommand(user_id=shop.customer))

    acts = [partial(add, number) for number in range(adds)]
    for position in range(adds, 0, -5):
        acts.insert(position, partial(place))
    outcomes = till.run_concurrently(acts)
    assert {type(error) for error in errors_of(outcomes)} <= {EmptyCart}
    with suppress(EmptyCart):
        place()
    assert_nothing_was_lost(shop, database, adds)
    assert_totals_are_sums(database)
    assert_stock_adds_up(database)


def test_a_naive_clearing_of_the_cart_loses_what_came_in_between(
    till: Till, database: Database
) -> None:
    """Negative control: reading the cart and clearing it in two transactions."""
    shop = ShopFixture(till.begin, stock=1000, prices=(100, 50))
    shop.fill_cart(1)
    with till.begin() as work:
        assert len(work.carts.checkout(shop.customer, None).lines) == 1
    till.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[1]))
    with database.writing() as connection:
        connection.execute(delete(cart_lines).where(cart_lines.c.user_id == shop.customer))
        connection.commit()
    with pytest.raises(AssertionError):
        # One unit was ordered, of the two that were put into the cart.
        assert 1 + sum(in_cart(shop)) == 2


def relabel(till: Till, shop: ShopFixture, price: int) -> None:
    """Another price, and a title that tells it."""
    with till.begin() as work:
        product = work.products.get_for_update(shop.products[0])
        changes = {"price": rupees(price), "title": f"At {price}"}
        product.edit(product.details.rewritten(changes), at=NOON)
        work.products.save(product)
        work.commit()


def assert_one_snapshot(titles_and_prices: set[tuple[str, int]]) -> None:
    assert titles_and_prices <= {("At 100", 10_000), ("At 200", 20_000)}


def bought(database: Database) -> set[tuple[str, int]]:
    with database.reading() as connection:
        rows = connection.execute(select(order_lines.c.title, order_lines.c.unit_price_minor))
        return {(row.title, row.unit_price_minor) for row in rows}


def test_a_price_that_is_edited_during_checkout_is_seen_whole(
    till: Till, database: Database
) -> None:
    shop = ShopFixture(till.begin, stock=1000, prices=(100,))
    relabel(till, shop, 100)

    def order() -> None:
        till.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[0]))
        till.place(PlaceOrderCommand(user_id=shop.customer))

    acts = [
        partial(relabel, till, shop, 100 + 100 * (number // 2 % 2)) if number % 2 else order
        for number in range(till.race_settings.client_count(60))
    ]
    outcomes = till.run_concurrently(acts)
    assert {type(error) for error in errors_of(outcomes)} <= {EmptyCart}
    assert_one_snapshot(bought(database))
    assert_totals_are_sums(database)


def test_a_naive_second_look_at_the_price_tears_the_snapshot(
    till: Till, database: Database
) -> None:
    """Negative control: the title from one read, the price from another."""
    shop = ShopFixture(till.begin, stock=1000, prices=(100,))
    relabel(till, shop, 100)
    with database.reading() as connection:
        title = connection.scalar(select(products.c.title))
    relabel(till, shop, 200)
    with database.reading() as connection:
        price = connection.scalar(select(products.c.price_minor))
    with pytest.raises(AssertionError):
        assert_one_snapshot({(str(title), int(price or 0))})


def test_a_product_that_is_archived_during_checkout_is_bought_or_not(
    till: Till, database: Database
) -> None:
    shop = ShopFixture(till.begin, stock=1000, prices=(100, 50))
    shop.fill_cart(1, 1)

    def archive() -> None:
        with till.begin() as work:
            product = work.products.get_for_update(shop.products[0])
            product.archive(at=NOON)
            work.products.save(product)
            work.carts.discard_everywhere(product.id)
            work.commit()

    def place() -> None:
        till.place(PlaceOrderCommand(user_id=shop.customer))

    assert errors_of(till.run_concurrently([archive, place])) == []
    assert ordered_units(database) in {1, 2}
    assert in_cart(shop) == []
    assert_totals_are_sums(database)
    assert_stock_adds_up(database)


def unpaid_order(till: Till, shop: ShopFixture) -> OrderId:
    shop.fill_cart(2)
    order = till.place(PlaceOrderCommand(user_id=shop.customer))
    till.clock.move(minutes=30)
    return order.id


def assert_cancelled_once(shop: ShopFixture, order_id: OrderId) -> None:
    with shop.begin() as work:
        order = work.orders.get(order_id)
    moves = [change for change in order.history if change.subject is ChangeSubject.ORDER]
    assert [change.after for change in moves] == ["CANCELLED"]
    assert shop.levels() == [(10, 0)]


def test_an_order_that_is_cancelled_while_it_expires_ends_once(
    till: Till, database: Database
) -> None:
    shop = ShopFixture(till.begin, prices=(100,))
    order_id = unpaid_order(till, shop)

    def cancel() -> int:
        till.cancel(CancelOrderCommand(order_id=order_id, user_id=shop.customer))
        return 1

    acts: list[Callable[[], int]] = [cancel, till.expire]
    outcomes = till.run_concurrently(acts * (till.race_settings.client_count(THREADS) // 2))
    refusals = errors_of(outcomes)
    assert {type(error) for error in refusals} <= {OrderAlreadyCancelled}
    assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) == 1
    assert_cancelled_once(shop, order_id)
    assert_stock_adds_up(database)


def test_a_naive_cancellation_of_what_was_read_before_gives_the_stock_back_twice(
    till: Till, database: Database
) -> None:
    """Negative control: looking at the status before the transaction that changes it."""
    shop = ShopFixture(till.begin, prices=(100,))
    order_id = unpaid_order(till, shop)
    shop.fill_cart(4)
    till.place(PlaceOrderCommand(user_id=shop.customer))
    both_looked = Barrier(2)

    def cancel() -> None:
        with till.begin() as work:
            units = work.orders.get(order_id).reserved_units[0]
        both_looked.wait(10)
        with database.writing() as connection:
            connection.execute(
                update(stock_levels)
                .where(stock_levels.c.product_id == units.product_id)
                .values(reserved=stock_levels.c.reserved - units.quantity)
            )
            connection.commit()

    assert errors_of(run_concurrently([cancel] * 2)) == []
    with pytest.raises(AssertionError):
        assert_stock_adds_up(database)
