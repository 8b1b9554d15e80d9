"""Placing an order takes at most nine statements and one commit.

Fulfilling an idempotency key takes one more statement.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import driver_of
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.ordering.lifecycle import PaymentMethod
from tests.support.builders.ordering import AS_CUSTOMER, NOON, ShopFixture
from tests.support.clock import SetClock
from tests.support.contracts.wishlists import add_entry
from tests.support.query_counter import counted_statements
from tests.support.round_trips import count_round_trips, traced


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@contextmanager
def counted_commits(database: Database) -> Iterator[list[object]]:
    commits: list[object] = []

    def note(connection: object) -> None:
        commits.append(connection)

    event.listen(database.engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(database.engine, "commit", note)


@pytest.mark.parametrize(("key", "most"), [(None, 9), ("k", 10)])
@pytest.mark.parametrize("lines", [1, 3, 8])
@pytest.mark.parametrize("method", PaymentMethod)
def test_place_order_uses_at_most_nine_statements_and_one_commit(
    *,
    database: Database,
    begin: SqlUnitOfWorkFactory,
    method: PaymentMethod,
    lines: int,
    key: str | None,
    most: int,
) -> None:
    shop = ShopFixture(begin, prices=(100,) * lines)
    shop.fill_cart(*(1,) * lines)
    place = _place_order(begin)
    with begin() as work:
        work.idempotency_keys.claim(shop.customer, "k", fingerprint="f" * 64, at=NOON)
        work.commit()
    command = PlaceOrderCommand(
        user_id=shop.customer,
        address_id=shop.address,
        payment_method=method,
        idempotency_key=key,
    )
    with counted_statements(database) as statements, counted_commits(database) as commits:
        order = place(command)
    assert len(order.lines) == lines
    assert len(statements) <= most, "\n".join(statements)
    assert len(commits) == 1


def _place_order(begin: SqlUnitOfWorkFactory) -> PlaceOrder:
    return PlaceOrder(
        begin=begin,
        clock=SetClock(NOON),
        contexts=AS_CUSTOMER,
        numbers=RandomOrderNumbers(),
        policy=CheckoutPolicy(pending_order_ttl=timedelta(minutes=30)),
    )


def test_order_takes_three_round_trips_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    database = Database.connect(postgresql_url)
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    shop = ShopFixture(begin, prices=(100, 100))
    place = _place_order(begin)
    path = tmp_path / "messages"
    # The first order prepares the statements.
    for _ in range(2):
        shop.fill_cart(1, 1)
        with database.writing() as connection:
            driver = driver_of(connection)
        # The order uses the connection that was used last.
        with traced(driver, path):
            place(PlaceOrderCommand(user_id=shop.customer, address_id=shop.address))
    database.dispose()
    assert count_round_trips(path) == 3


def test_addition_from_the_wishlist_takes_two_round_trips_on_postgresql(
    postgresql_url: str, tmp_path: Path
) -> None:
    database = Database.connect(postgresql_url)
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    shop = ShopFixture(begin, prices=(100, 100))
    add = AddToCart(begin=begin, clock=SetClock(NOON), policy=CartPolicy(max_per_line=10))
    for variant in shop.variants:
        add_entry(shop, variant)
    path = tmp_path / "messages"
    # The first addition prepares the statements.
    for variant in shop.variants:
        with database.writing() as connection:
            driver = driver_of(connection)
        with traced(driver, path):
            add(AddToCartCommand(user_id=shop.customer, variant_id=variant))
    with begin() as work:
        assert work.wishlists.of(shop.customer).entries == ()
    database.dispose()
    assert count_round_trips(path) == 2


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    database = Database.connect(sqlite_url)
    yield database
    database.dispose()


def test_sqlite_compiles_the_statements_of_a_checkout_once(sqlite_database: Database) -> None:
    begin = SqlUnitOfWorkFactory(sqlite_database, ContextVarRequestContexts())
    shop = ShopFixture(begin, prices=(100,))
    add = AddToCart(begin=begin, clock=SetClock(NOON), policy=CartPolicy(max_per_line=10))
    place = _place_order(begin)

    def check_out() -> None:
        add(AddToCartCommand(user_id=shop.customer, product_id=shop.products[0]))
        place(PlaceOrderCommand(user_id=shop.customer, address_id=shop.address))

    compiled: list[int] = []

    def authorize(action: int, *_: object) -> int:
        if action not in {sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_PRAGMA}:
            compiled.append(action)
        return sqlite3.SQLITE_OK

    with sqlite_database.writing() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.set_authorizer(authorize)
    check_out()
    assert compiled
    compiled.clear()
    check_out()
    assert compiled == []
