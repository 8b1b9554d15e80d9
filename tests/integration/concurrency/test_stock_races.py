"""Many reach for the same stock at once; what is naive loses, which shows that it is a race."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select, update

from novacart.adapters.persistence.catalog.tables import stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.domain.catalog.errors import OutOfStock, StockAlreadyMoved
from novacart.domain.shared.ids import ProductId
from tests.integration.concurrency.conftest import CONTROL
from tests.support.builders.catalog import NOON, a_claim, a_product, stocked
from tests.support.races import assert_stock_adds_up

BUYERS, UNITS, THREADS = 60, 4, 12
LAMP, BOOK = ProductId(41), ProductId(42)


@pytest.fixture
def begin(database: Database, request: pytest.FixtureRequest) -> Iterator[SqlUnitOfWorkFactory]:
    """There are no orders behind these claims, so the ledger alone is audited."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    stocked(begin, a_product(LAMP), UNITS)
    stocked(begin, a_product(BOOK), UNITS)
    yield begin
    if CONTROL not in request.node.name:
        assert_stock_adds_up(database)


def run_concurrently(act: Callable[[int], bool], times: int = BUYERS) -> int:
    """How many of so many tries, in as many threads as there are, had what they wanted."""
    start = Barrier(THREADS)

    def wait_and_act(number: int) -> bool:
        if number < THREADS:
            start.wait(10)
        return act(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(wait_and_act, range(times)))


def level(database: Database, product_id: ProductId = LAMP) -> tuple[int, int]:
    with database.reading() as connection:
        row = connection.execute(
            select(stock_levels.c.on_hand, stock_levels.c.reserved).where(
                stock_levels.c.product_id == product_id
            )
        ).one()
    return row.on_hand, row.reserved


def test_many_buyers_of_the_last_units_get_exactly_these(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    def buy(number: int) -> bool:
        try:
            with begin() as work:
                work.stock.reserve([a_claim(LAMP, 1, f"line:{number}:reserve")], at=NOON)
                work.commit()
        except OutOfStock:
            return False
        return True

    assert run_concurrently(buy) == UNITS
    assert level(database) == (UNITS, UNITS)


def test_a_naive_look_before_writing_sells_what_is_not_there(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    """The negative control: the same buyers, and a shop that looks before it writes."""
    gate = Barrier(THREADS)

    def buy_naively(_: int) -> bool:
        with begin() as work:
            there = work.stock.levels([LAMP])[LAMP]
        gate.wait(10)
        if there.available < 1:
            return False
        with database.writing() as connection:
            connection.execute(
                update(stock_levels)
                .where(stock_levels.c.product_id == LAMP)
                .values(reserved=there.reserved + 1)
            )
            connection.commit()
        return True

    assert run_concurrently(buy_naively, THREADS) == THREADS > UNITS
    assert level(database) == (UNITS, 1)
    with pytest.raises(AssertionError):
        assert_stock_adds_up(database)


def test_claims_in_any_order_lock_in_one(begin: SqlUnitOfWorkFactory, database: Database) -> None:
    def buy_and_call_off(number: int) -> bool:
        first, second = (LAMP, BOOK) if number % 2 else (BOOK, LAMP)
        try:
            with begin() as work:
                work.stock.reserve(
                    [
                        a_claim(first, 1, f"line:{number}:1:reserve"),
                        a_claim(second, 1, f"line:{number}:2:reserve"),
                    ],
                    at=NOON,
                )
                work.commit()
        except OutOfStock:
            return False
        with begin() as work:
            work.stock.release(
                [
                    a_claim(second, 1, f"line:{number}:2:release"),
                    a_claim(first, 1, f"line:{number}:1:release"),
                ],
                at=NOON,
            )
            work.commit()
        return True

    assert run_concurrently(buy_and_call_off) > 0
    assert level(database) == level(database, BOOK) == (UNITS, 0)


def test_one_reservation_is_released_once_by_however_many(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    with begin() as work:
        work.stock.reserve([a_claim(LAMP, 3, "line:1:reserve")], at=NOON)
        work.stock.reserve([a_claim(LAMP, 1, "line:2:reserve")], at=NOON)
        work.commit()

    def release(_: int) -> bool:
        try:
            with begin() as work:
                work.stock.release([a_claim(LAMP, 3, "line:1:release")], at=NOON)
                work.commit()
        except StockAlreadyMoved:
            return False
        return True

    assert run_concurrently(release, THREADS * 2) == 1
    assert level(database) == (UNITS, 1)


def test_a_count_of_staff_and_the_buyers_do_not_undo_each_other(
    begin: SqlUnitOfWorkFactory,
) -> None:
    def act(number: int) -> bool:
        with begin() as work:
            if number % 3 == 0:
                work.stock.set_available(LAMP, 100, reason="Count", at=NOON)
            elif number % 3 == 1:
                work.stock.adjust(LAMP, 1, reason="Delivery", at=NOON)
            else:
                try:
                    work.stock.reserve([a_claim(LAMP, 1, f"line:{number}:reserve")], at=NOON)
                except OutOfStock:
                    return False
            work.commit()
        return True

    assert run_concurrently(act) > 0
