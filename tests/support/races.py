"""Many at once."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TypeVar

from sqlalchemy import event, func, select

from novacart.adapters.persistence.catalog.tables import stock_levels, stock_movements
from novacart.adapters.persistence.database import Database

T = TypeVar("T")

THREADS = 16


def at_once(acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run them on `THREADS` threads that start together; what each gave or raised."""
    threads = min(THREADS, len(acts))
    start = Barrier(threads)

    def run(index: int) -> T | Exception:
        if index < threads:
            start.wait(10)
        try:
            return acts[index]()
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(len(acts))))


def raised(outcomes: Sequence[object]) -> list[Exception]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@contextmanager
def far_away(database: Database, seconds: float) -> Iterator[None]:
    """Every statement takes so long to arrive."""

    def travel(*_: object) -> None:
        time.sleep(seconds)

    if seconds:
        event.listen(database.engine, "before_cursor_execute", travel)
    try:
        yield
    finally:
        if seconds:
            event.remove(database.engine, "before_cursor_execute", travel)


def assert_stock_adds_up(database: Database) -> None:
    """On hand and reserved are the sums of the ledger, and neither is below what it may be."""
    summed = (
        select(
            stock_movements.c.product_id,
            func.sum(stock_movements.c.on_hand_delta).label("on_hand"),
            func.sum(stock_movements.c.reserved_delta).label("reserved"),
        )
        .group_by(stock_movements.c.product_id)
        .subquery()
    )
    with database.reading() as connection:
        rows = connection.execute(
            select(
                stock_levels.c.on_hand,
                stock_levels.c.reserved,
                func.coalesce(summed.c.on_hand, 0).label("on_hand_moved"),
                func.coalesce(summed.c.reserved, 0).label("reserved_moved"),
            ).join_from(
                stock_levels,
                summed,
                summed.c.product_id == stock_levels.c.product_id,
                isouter=True,
            )
        ).all()
    for row in rows:
        assert (row.on_hand, row.reserved) == (row.on_hand_moved, row.reserved_moved)
        assert row.on_hand >= row.reserved >= 0
