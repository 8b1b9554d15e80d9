"""Run callables on many threads at once, with seeded order and delayed SQL statements."""

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
_MAX_ATTEMPTS = 6
_MAX_CALLS_WHEN_DELAYED = 4
_DELAY_PROBABILITY = 0.15
_MAX_RANDOM_DELAY = 0.004


@dataclass(frozen=True, kw_only=True)
class Timing:
    """`seed` shuffles the calls (0 does not); `delay` in seconds is added to each statement."""

    seed: int = 0
    delay: float = 0

    def __str__(self) -> str:
        return f"seed{self.seed}-{int(self.delay * 1000)}ms"

    def limit(self, calls: int) -> int:
        """Return `calls`, or a few where delayed statements would make so many calls too slow."""
        return min(calls, _MAX_CALLS_WHEN_DELAYED) if self.delay else calls

    def shuffled(self, calls: Sequence[Callable[[], T]]) -> list[Callable[[], T]]:
        shuffled = list(calls)
        if self.seed:
            Random(self.seed).shuffle(shuffled)
        return shuffled


SEEDS = [Timing(), *(Timing(seed=seed) for seed in range(1, 21))]
LATENCIES = [Timing(delay=0.01), Timing(seed=1, delay=0.2), Timing(seed=2, delay=0.2)]
QUICK = {Timing(), Timing(delay=0.01)}
"""The timings of every run; the others run in the stress tests."""


def run_concurrently(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run the calls on `THREADS` threads that start together; return results and exceptions."""
    threads = min(THREADS, len(calls))
    start = Barrier(threads)

    def run(index: int) -> T | Exception:
        if index < threads:
            start.wait(60)
        try:
            return calls[index]()
        except Exception as error:  # noqa: BLE001 (the test checks it)
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(len(calls))))


def run_with_timing(
    timing: Timing, database: Database, calls: Sequence[Callable[[], T]]
) -> list[T | Exception]:
    """Run the calls concurrently in the order and with the delay of `timing`.

    A call that raises `Unavailable` is retried, as a client does after a 503.
    """
    with statement_delay(database, timing.delay):
        return run_concurrently(
            [partial(retry_while_unavailable, call) for call in timing.shuffled(calls)]
        )


def retry_while_unavailable(call: Callable[[], T]) -> T:
    for _ in range(_MAX_ATTEMPTS - 1):
        with suppress(Unavailable):
            return call()
    return call()


def errors_of(outcomes: Sequence[object]) -> list[Exception]:
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@contextmanager
def statement_delay(database: Database, seconds: float) -> Iterator[None]:
    """Delay every SQL statement, as a distant database server would."""

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
    """Delay some SQL statements by up to 4 ms, chosen by `seed`; none for seed 0."""
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


def assert_stock_matches_ledger(database: Database) -> None:
    """Assert that stock on hand and reserved are the sums of the movements, and in range."""
    summed = (
        select(
            stock_movements.c.variant_id,
            func.sum(stock_movements.c.on_hand_delta).label("on_hand"),
            func.sum(stock_movements.c.reserved_delta).label("reserved"),
        )
        .group_by(stock_movements.c.variant_id)
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
                summed.c.variant_id == stock_levels.c.variant_id,
                isouter=True,
            )
        ).all()
    for row in rows:
        assert (row.on_hand, row.reserved) == (row.on_hand_moved, row.reserved_moved)
        assert row.on_hand >= row.reserved >= 0
