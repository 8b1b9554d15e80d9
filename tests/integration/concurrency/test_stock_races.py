"""Races over the stock repository."""

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
from novacart.domain.shared.ids import VariantId
from tests.integration.concurrency.conftest import NEGATIVE_CONTROL
from tests.support.builders.catalog import NOON, a_claim, a_product, add_product
from tests.support.races import assert_stock_matches_ledger

BUYERS, UNITS, THREADS = 60, 4, 12
LAMP, BOOK = VariantId(41), VariantId(42)


@pytest.fixture
def begin(database: Database, request: pytest.FixtureRequest) -> Iterator[SqlUnitOfWorkFactory]:
    """These reservations have no orders, so only the stock ledger is checked."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    add_product(begin, a_product(LAMP), UNITS)
    add_product(begin, a_product(BOOK), UNITS)
    yield begin
    if NEGATIVE_CONTROL not in request.node.name:
        assert_stock_matches_ledger(database)


def count_successes(call: Callable[[int], bool], times: int = BUYERS) -> int:
    """Call on `THREADS` threads that start together; return how often it returned True."""
    start = Barrier(THREADS)

    def wait_and_call(number: int) -> bool:
        if number < THREADS:
            start.wait(60)
        return call(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(wait_and_call, range(times)))


def level(database: Database, variant_id: VariantId = LAMP) -> tuple[int, int]:
    with database.reading() as connection:
        row = connection.execute(
            select(stock_levels.c.on_hand, stock_levels.c.reserved).where(
                stock_levels.c.variant_id == variant_id
            )
        ).one()
    return row.on_hand, row.reserved


def test_concurrent_reservations_take_exactly_the_stock(
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

    assert count_successes(buy) == UNITS
    assert level(database) == (UNITS, UNITS)


def test_naive_read_before_write_oversells(begin: SqlUnitOfWorkFactory, database: Database) -> None:
    """Negative control: read the level, then write it in another transaction."""
    all_read = Barrier(THREADS)

    def buy_naively(_: int) -> bool:
        with begin() as work:
            before = work.stock.levels([LAMP])[LAMP]
        all_read.wait(60)
        if before.available < 1:
            return False
        with database.writing() as connection:
            connection.execute(
                update(stock_levels)
                .where(stock_levels.c.variant_id == LAMP)
                .values(reserved=before.reserved + 1)
            )
            connection.commit()
        return True

    assert count_successes(buy_naively, THREADS) == THREADS > UNITS
    assert level(database) == (UNITS, 1)
    with pytest.raises(AssertionError):
        assert_stock_matches_ledger(database)


def test_reservations_in_any_order_do_not_deadlock(
    begin: SqlUnitOfWorkFactory, database: Database
) -> None:
    def reserve_and_release(number: int) -> bool:
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

    assert count_successes(reserve_and_release) > 0
    assert level(database) == level(database, BOOK) == (UNITS, 0)


def test_concurrent_releases_release_a_reservation_once(
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

    assert count_successes(release, THREADS * 2) == 1
    assert level(database) == (UNITS, 1)


def test_stock_counts_adjustments_and_reservations_keep_the_ledger_right(
    begin: SqlUnitOfWorkFactory,
) -> None:
    def call(number: int) -> bool:
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

    assert count_successes(call) > 0
