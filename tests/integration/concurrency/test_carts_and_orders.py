"""Races over carts and orders: no lost updates, no torn reads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier
from time import monotonic

import pytest
from sqlalchemy import delete, func, select, text, update

from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.cart.tables import cart_lines
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.application.authorization.actor import SYSTEM
from novacart.application.cart.add_to_cart import AddToCartCommand
from novacart.application.cart.change_quantity import ChangeQuantityCommand, QuantityStep
from novacart.application.ordering.cancel_order import CancelOrderCommand
from novacart.application.ordering.place_order import PlaceOrderCommand
from novacart.application.ordering.return_goods import ReturnOrderCommand
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.errors import (
    EmptyCart,
    InvalidTransition,
    OrderAlreadyCancelled,
    TooManyCodOrders,
    TooManyUnpaidOrders,
)
from novacart.domain.ordering.history import ChangeSubject
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.limits import OrderLimits
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import OrderId
from tests.integration.concurrency.conftest import OrderingHarness
from tests.support.builders.ordering import AS_CUSTOMER, NOON, PLENTY, ShopFixture, rupees
from tests.support.races import THREADS, assert_stock_matches_ledger, errors_of, run_concurrently


def cart_quantities(shop: ShopFixture) -> list[int]:
    with shop.begin() as work:
        return [line.quantity for line in work.carts.of(shop.customer).lines]


def assert_cart_quantity(shop: ShopFixture, quantity: int) -> None:
    assert cart_quantities(shop) == [quantity]


def test_concurrent_adds_of_one_product_make_one_line(ordering: OrderingHarness) -> None:
    count = ordering.timing.limit(100)
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100,))
    command = AddToCartCommand(user_id=shop.customer, product_id=shop.products[0])
    outcomes = ordering.run_concurrently([partial(ordering.add, command)] * count)
    assert errors_of(outcomes) == []
    assert_cart_quantity(shop, count)


def _quantity_after_waiting(
    url: str, read: Callable[[Database, ShopFixture], int]
) -> tuple[int, int]:
    """Read while an addition holds the user's lock: the quantity read, and the one committed."""
    database = Database.connect(url)
    shop = ShopFixture(SqlUnitOfWorkFactory(database, AS_CUSTOMER), prices=(100,))
    shop.fill_cart(1)
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    try:
        with ThreadPoolExecutor(1) as pool:
            with shop.begin() as work:
                addition = work.carts.addition(
                    shop.customer, product_id=shop.products[0], variant_id=None
                )
                line = addition.add(1, limits=PLENTY, at=NOON)
                work.carts.save(addition.cart)
                result = pool.submit(read, database, shop)
                deadline = monotonic() + 60
                while monotonic() < deadline:
                    with database.reading() as connection:
                        if connection.scalar(waiting):
                            break
                work.commit()
            return result.result(60), line.quantity
    finally:
        database.dispose()


def test_addition_that_waited_for_the_lock_sees_the_previous_one(postgresql_url: str) -> None:
    def read(_: Database, shop: ShopFixture) -> int:
        with shop.begin() as work:
            [line] = work.carts.addition(
                shop.customer, product_id=shop.products[0], variant_id=None
            ).cart.lines
        return line.quantity

    read_quantity, committed = _quantity_after_waiting(postgresql_url, read)
    assert read_quantity == committed == 2


def test_naive_statement_that_locks_and_reads_returns_old_data(postgresql_url: str) -> None:
    """Negative control: PostgreSQL takes the snapshot before it waits for the lock."""

    def read(database: Database, shop: ShopFixture) -> int:
        with database.writing() as connection:
            quantity: int = connection.execute(
                select(cart_lines.c.quantity)
                .join_from(users, cart_lines, cart_lines.c.user_id == users.c.id)
                .where(users.c.id == shop.customer)
                .with_for_update(of=users, key_share=True)
            ).scalar_one()
        return quantity

    read_quantity, committed = _quantity_after_waiting(postgresql_url, read)
    assert (read_quantity, committed) == (1, 2)


def test_concurrent_increases_are_all_counted(ordering: OrderingHarness) -> None:
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100,))
    (line,) = shop.fill_cart(1)
    command = ChangeQuantityCommand(
        user_id=shop.customer, line_id=line, change=QuantityStep.INCREASE
    )
    outcomes = ordering.run_concurrently([partial(ordering.change, command)] * 9)
    assert {outcome for outcome in outcomes if isinstance(outcome, int)} == set(range(2, 11))
    assert_cart_quantity(shop, 10)


def test_naive_increase_of_stale_quantity_loses_updates(
    ordering: OrderingHarness, database: Database
) -> None:
    """Negative control: read the cart before the transaction that writes it."""
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100,))
    (line,) = shop.fill_cart(1)
    all_read = Barrier(9)

    def increase() -> None:
        with ordering.begin() as work:
            quantity = work.carts.of(shop.customer).line(line).quantity
        all_read.wait(60)
        with database.writing() as connection:
            connection.execute(
                update(cart_lines).where(cart_lines.c.id == line).values(quantity=quantity + 1)
            )
            connection.commit()

    assert errors_of(run_concurrently([increase] * 9)) == []
    with pytest.raises(AssertionError):
        assert_cart_quantity(shop, 10)


def ordered_units(database: Database) -> int:
    with database.reading() as connection:
        units = connection.scalar(select(func.sum(order_lines.c.quantity)))
    return int(units or 0)


def assert_ordered_or_in_cart(shop: ShopFixture, database: Database, added: int) -> None:
    assert ordered_units(database) + sum(cart_quantities(shop)) == added


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


def test_adding_to_cart_during_checkout_loses_no_units(
    ordering: OrderingHarness, database: Database
) -> None:
    adds = ordering.timing.limit(60)
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100, 50))

    def add(number: int) -> None:
        ordering.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[number % 2]))

    def place() -> None:
        ordering.place(PlaceOrderCommand(user_id=shop.customer))

    calls = [partial(add, number) for number in range(adds)]
    for position in range(adds, 0, -5):
        calls.insert(position, partial(place))
    outcomes = ordering.run_concurrently(calls)
    assert {type(error) for error in errors_of(outcomes)} <= {EmptyCart}
    with suppress(EmptyCart):
        place()
    assert_ordered_or_in_cart(shop, database, adds)
    assert_totals_are_sums(database)
    assert_stock_matches_ledger(database)


def test_naive_clearing_of_cart_loses_concurrent_add(
    ordering: OrderingHarness, database: Database
) -> None:
    """Negative control: read the cart and clear it in two transactions."""
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100, 50))
    shop.fill_cart(1)
    with ordering.begin() as work:
        assert len(work.carts.checkout(shop.customer, None, at=NOON).lines) == 1
    ordering.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[1]))
    with database.writing() as connection:
        connection.execute(delete(cart_lines).where(cart_lines.c.user_id == shop.customer))
        connection.commit()
    with pytest.raises(AssertionError):
        # One of the two units that were added is ordered.
        assert 1 + sum(cart_quantities(shop)) == 2


def edit_title_and_price(ordering: OrderingHarness, shop: ShopFixture, price: int) -> None:
    """Set the price and a title that contains it."""
    with ordering.begin() as work:
        product = work.products.get_for_update(shop.products[0])
        changes = {"price": rupees(price), "title": f"At {price}"}
        product.edit(product.details.with_changes(changes), at=NOON)
        work.products.save(product)
        work.commit()


def assert_one_snapshot(titles_and_prices: set[tuple[str, int]]) -> None:
    assert titles_and_prices <= {("At 100", 10_000), ("At 200", 20_000)}


def ordered_snapshots(database: Database) -> set[tuple[str, int]]:
    with database.reading() as connection:
        rows = connection.execute(select(order_lines.c.title, order_lines.c.unit_price_minor))
        return {(row.title, row.unit_price_minor) for row in rows}


def test_checkout_during_product_edit_sees_title_and_price_together(
    ordering: OrderingHarness, database: Database
) -> None:
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100,))
    edit_title_and_price(ordering, shop, 100)

    def order() -> None:
        ordering.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[0]))
        ordering.place(PlaceOrderCommand(user_id=shop.customer))

    calls = [
        partial(edit_title_and_price, ordering, shop, 100 + 100 * (number // 2 % 2))
        if number % 2
        else order
        for number in range(ordering.timing.limit(60))
    ]
    outcomes = ordering.run_concurrently(calls)
    assert {type(error) for error in errors_of(outcomes)} <= {EmptyCart}
    assert_one_snapshot(ordered_snapshots(database))
    assert_totals_are_sums(database)


def test_naive_second_read_of_price_mixes_versions(
    ordering: OrderingHarness, database: Database
) -> None:
    """Negative control: read the title and the price in two transactions."""
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100,))
    edit_title_and_price(ordering, shop, 100)
    with database.reading() as connection:
        title = connection.scalar(select(products.c.title))
    edit_title_and_price(ordering, shop, 200)
    with database.reading() as connection:
        price = connection.scalar(select(products.c.price_minor))
    with pytest.raises(AssertionError):
        assert_one_snapshot({(str(title), int(price or 0))})


def test_product_archived_during_checkout_is_ordered_or_left_out(
    ordering: OrderingHarness, database: Database
) -> None:
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100, 50))
    shop.fill_cart(1, 1)

    def archive() -> None:
        with ordering.begin() as work:
            product = work.products.get_for_update(shop.products[0])
            product.archive(at=NOON)
            work.products.save(product)
            work.carts.discard_everywhere([product.default_variant_id])
            work.commit()

    def place() -> None:
        ordering.place(PlaceOrderCommand(user_id=shop.customer))

    assert errors_of(ordering.run_concurrently([archive, place])) == []
    assert ordered_units(database) in {1, 2}
    assert cart_quantities(shop) == []
    assert_totals_are_sums(database)
    assert_stock_matches_ledger(database)


def unpaid_order(ordering: OrderingHarness, shop: ShopFixture) -> OrderId:
    shop.fill_cart(2)
    order = ordering.place(PlaceOrderCommand(user_id=shop.customer))
    ordering.clock.move(minutes=30)
    return order.id


def assert_cancelled_once(shop: ShopFixture, order_id: OrderId) -> None:
    with shop.begin() as work:
        order = work.orders.get(order_id)
    changes = [change for change in order.history if change.subject is ChangeSubject.ORDER]
    assert [change.after for change in changes] == ["CANCELLED"]
    assert shop.levels() == [(10, 0)]


def test_cancelling_an_expiring_order_cancels_it_once(
    ordering: OrderingHarness, database: Database
) -> None:
    shop = ShopFixture(ordering.begin, prices=(100,))
    order_id = unpaid_order(ordering, shop)

    def cancel() -> int:
        ordering.cancel(CancelOrderCommand(order_id=order_id, user_id=shop.customer))
        return 1

    calls: list[Callable[[], int]] = [cancel, ordering.expire]
    outcomes = ordering.run_concurrently(calls * (ordering.timing.limit(THREADS) // 2))
    errors = errors_of(outcomes)
    assert {type(error) for error in errors} <= {OrderAlreadyCancelled}
    assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) == 1
    assert_cancelled_once(shop, order_id)
    assert_stock_matches_ledger(database)


def test_naive_cancellation_of_stale_order_releases_stock_twice(
    ordering: OrderingHarness, database: Database
) -> None:
    """Negative control: read the status before the transaction that changes it."""
    shop = ShopFixture(ordering.begin, prices=(100,))
    order_id = unpaid_order(ordering, shop)
    shop.fill_cart(4)
    ordering.place(PlaceOrderCommand(user_id=shop.customer))
    both_read = Barrier(2)

    def cancel() -> None:
        with ordering.begin() as work:
            units = work.orders.get(order_id).reserved_units[0]
        both_read.wait(60)
        with database.writing() as connection:
            connection.execute(
                update(stock_levels)
                .where(stock_levels.c.variant_id == units.variant_id)
                .values(reserved=stock_levels.c.reserved - units.quantity)
            )
            connection.commit()

    assert errors_of(run_concurrently([cancel] * 2)) == []
    with pytest.raises(AssertionError):
        assert_stock_matches_ledger(database)


def assert_orders_within_limit(database: Database) -> None:
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(orders)) == 3


@pytest.mark.parametrize(
    ("method", "error"),
    [(PaymentMethod.ONLINE, TooManyUnpaidOrders), (PaymentMethod.COD, TooManyCodOrders)],
)
def test_concurrent_orders_of_one_account_stay_within_its_limit(
    ordering: OrderingHarness,
    database: Database,
    method: PaymentMethod,
    error: type[Exception],
) -> None:
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100,))

    def order() -> None:
        ordering.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[0]))
        ordering.place_limited(
            PlaceOrderCommand(user_id=shop.customer, address_id=shop.address, payment_method=method)
        )

    outcomes = ordering.run_concurrently([order] * ordering.timing.limit(20))
    assert {type(each) for each in errors_of(outcomes)} <= {EmptyCart, error}
    # Some found their unit in the order of another thread.
    while True:
        try:
            order()
        except error:
            break
    assert_orders_within_limit(database)


def test_naive_limit_checked_before_the_transaction_is_exceeded(
    ordering: OrderingHarness, database: Database
) -> None:
    """Negative control: count the orders, and place one in another transaction."""
    shop = ShopFixture(ordering.begin, stock=1000, prices=(100,))
    for _ in range(2):
        shop.fill_cart(1)
        ordering.place(PlaceOrderCommand(user_id=shop.customer))
    all_counted = Barrier(3)

    def order() -> None:
        with ordering.begin() as work:
            checkout = work.carts.checkout(shop.customer, None, at=NOON)
        OrderLimits(unpaid=3).ensure_allowed(
            checkout.open_orders, PaymentMethod.ONLINE, quantities={}, replaced={}, at=NOON
        )
        all_counted.wait(60)
        with suppress(EmptyCart):
            ordering.add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[0]))
            ordering.place(PlaceOrderCommand(user_id=shop.customer))

    assert errors_of(run_concurrently([order] * 3)) == []
    shop.fill_cart(1)
    ordering.place(PlaceOrderCommand(user_id=shop.customer))
    with pytest.raises(AssertionError):
        assert_orders_within_limit(database)


def shipped_order(ordering: OrderingHarness, shop: ShopFixture, method: PaymentMethod) -> OrderId:
    """Ship an order of three units; an online order is paid, and refunded after shipping."""
    shop.fill_cart(3)
    order_id = ordering.place(
        PlaceOrderCommand(user_id=shop.customer, address_id=shop.address, payment_method=method)
    ).id
    with ordering.begin() as work:
        order = work.orders.get(order_id)
        if method is PaymentMethod.ONLINE:
            order.pay(at=NOON, actor="stripe")
        order.start_processing(at=NOON, actor="staff:1")
        units = order.ship(carrier="P", tracking_number="1", at=NOON, actor="staff:1")
        work.stock.sell(stock_claims(order_id, units, MovementKind.SELL), at=NOON)
        if method is PaymentMethod.ONLINE:
            items = order.plan_refund(order.refundable)
            order.request_refund(items, reason="broken", at=NOON, actor="staff:1")
            order.settle_refund(items, reason="broken", at=NOON, actor="stripe")
        work.orders.save(order)
        work.commit()
    return order_id


def test_order_returned_concurrently_is_in_stock_once(
    ordering: OrderingHarness, database: Database
) -> None:
    shop = ShopFixture(ordering.begin, prices=(100,))
    order_id = shipped_order(ordering, shop, PaymentMethod.COD)
    command = ReturnOrderCommand(staff=SYSTEM, order_id=order_id, reason="refused")
    count = ordering.timing.limit(10)
    outcomes = ordering.run_concurrently([partial(ordering.return_order, command)] * count)
    assert [type(each) for each in errors_of(outcomes)] == [InvalidTransition] * (count - 1)
    assert shop.levels() == [(10, 0)]
    assert_stock_matches_ledger(database)


def test_naive_receipt_of_stale_order_adds_units_twice(
    ordering: OrderingHarness, database: Database
) -> None:
    """Negative control: read what can be received before the transaction that adds it."""
    shop = ShopFixture(ordering.begin, prices=(100,))
    order_id = shipped_order(ordering, shop, PaymentMethod.ONLINE)
    both_read = Barrier(2)

    def receive() -> None:
        with ordering.begin() as work:
            line = work.orders.get(order_id).lines[0]
        both_read.wait(60)
        with database.writing() as connection:
            connection.execute(
                update(stock_levels)
                .where(stock_levels.c.variant_id == line.variant_id)
                .values(on_hand=stock_levels.c.on_hand + line.receivable_quantity)
            )
            connection.commit()

    assert errors_of(run_concurrently([receive] * 2)) == []
    with pytest.raises(AssertionError):
        assert shop.levels() == [(10, 0)]
