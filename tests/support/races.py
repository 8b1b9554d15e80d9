"""Run operations concurrently."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from threading import Barrier
from typing import TypeVar

from sqlalchemy import event, func, select

from novacart.adapters.persistence.catalog.tables import stock_levels, stock_movements
from novacart.adapters.persistence.database import Database
from novacart.application.ports.errors import Unavailable

T = TypeVar("T")

THREADS = 16
_MAX_CALLS = 6
_MAX_DELAYED_CLIENTS = 4
_DELAY_PROBABILITY = 0.15
_MAX_RANDOM_DELAY = 0.004  # seconds


def run_concurrently(operations: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run the operations on up to `THREADS` threads; return each result or error."""
    threads = min(THREADS, len(operations))
    start = Barrier(threads)

    def run(index: int) -> T | Exception:
        if index < threads:
            start.wait(10)
        try:
            return operations[index]()
        except Exception as error:  # noqa: BLE001 (returned to the test)
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(len(operations))))


def retry_unavailable(operation: Callable[[], T]) -> T:
    """Retry an operation that raises `Unavailable`, as a client retries after a 503."""
    for _ in range(_MAX_CALLS - 1):
        with suppress(Unavailable):
            return operation()
    return operation()


def errors_of(outcomes: Sequence[object]) -> list[Exception]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@dataclass(frozen=True, kw_only=True)
class RaceSettings:
    """`seed` shuffles the operations; `delay` is the latency of each statement in seconds."""

    seed: int = 0
    delay: float = 0

    def __str__(self) -> str:
        return f"seed{self.seed}-{int(self.delay * 1000)}ms"

    def client_count(self, count: int) -> int:
        """Return `count`, reduced to what finishes in reasonable time with a delay."""
        return min(count, _MAX_DELAYED_CLIENTS) if self.delay else count

    def shuffled(self, operations: Sequence[Callable[[], T]]) -> list[Callable[[], T]]:
        order = list(operations)
        if self.seed:
            Random(self.seed).shuffle(order)
        return order


SEEDS = [RaceSettings(), *(RaceSettings(seed=seed) for seed in range(1, 21))]
DELAYS = [
    RaceSettings(delay=0.01),
    RaceSettings(seed=1, delay=0.2),
    RaceSettings(seed=2, delay=0.2),
]
QUICK = {RaceSettings(), RaceSettings(delay=0.01)}
"""The settings of `make test`; the others run with `make stress`."""


def run_race(
    settings: RaceSettings, database: Database, operations: Sequence[Callable[[], T]]
) -> list[T | Exception]:
    """Run the operations concurrently with these settings; return each result or error.

    An operation that timed out waiting for a lock is retried.
    """
    with delayed_statements(database, settings.delay):
        return run_concurrently(
            [partial(retry_unavailable, each) for each in settings.shuffled(operations)]
        )


@contextmanager
def delayed_statements(database: Database, seconds: float) -> Iterator[None]:
    """Delay every statement."""

    def delay(*_: object) -> None:
        time.sleep(seconds)

    if seconds:
        event.listen(database.engine, "before_cursor_execute", delay)
    try:
        yield
    finally:
        if seconds:
            event.remove(database.engine, "before_cursor_execute", delay)


@contextmanager
def random_delays(database: Database, seed: int) -> Iterator[None]:
    """Delay random statements by up to 4 ms, reproducibly for each seed; none for seed 0."""
    random = Random(seed)

    def delay(*_: object) -> None:
        if random.random() < _DELAY_PROBABILITY:
            time.sleep(random.random() * _MAX_RANDOM_DELAY)

    if seed:
        event.listen(database.engine, "before_cursor_execute", delay)
    try:
        yield
    finally:
        if seed:
            event.remove(database.engine, "before_cursor_execute", delay)


def assert_stock_adds_up(database: Database) -> None:
    """Check that stock levels equal the sums of the ledger and are not negative."""
    sums = (
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
                func.coalesce(sums.c.on_hand, 0).label("on_hand_moved"),
                func.coalesce(sums.c.reserved, 0).label("reserved_moved"),
            ).join_from(
                stock_levels,
                sums,
                sums.c.product_id == stock_levels.c.product_id,
                isouter=True,
            )
        ).all()
    for row in rows:
        assert (row.on_hand, row.reserved) == (row.on_hand_moved, row.reserved_moved)
        assert row.on_hand >= row.reserved >= 0
