"""Many at once."""

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
_VISITS = 6


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


def come_again(act: Callable[[], T]) -> T:
    """Act as a client that is told to come again: it does, until it has had its turn."""
    for _ in range(_VISITS - 1):
        with suppress(Unavailable):
            return act()
    return act()


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


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a race is run: `seed` mixes it up, `delay` is how long each statement travels."""

    seed: int = 0
    delay: float = 0

    def __str__(self) -> str:
        return f"seed{self.seed}-{int(self.delay * 1000)}ms"

    def crowd(self, many: int) -> int:
        """So many, or as few as can take turns across such a distance in reasonable time."""
        return min(many, FEW) if self.delay else many

    def mixed(self, acts: Sequence[Callable[[], T]]) -> list[Callable[[], T]]:
        order = list(acts)
        if self.seed:
            Random(self.seed).shuffle(order)
        return order


def at_pace(pace: Pace, database: Database, acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """What each gave or raised, all at once, mixed up and as far away as `pace` says.

    Whoever is told to come again, having waited too long for his turn, comes again.
    """
    with far_away(database, pace.delay):
        return at_once([partial(come_again, act) for act in pace.mixed(acts)])


FEW = 4
SEEDS = [Pace(), *(Pace(seed=seed) for seed in range(1, 21))]
DISTANCES = [Pace(delay=0.01), Pace(seed=1, delay=0.2), Pace(seed=2, delay=0.2)]
QUICK = {Pace(), Pace(delay=0.01)}
"""The paces of every run; all others are stress's."""


@contextmanager
def unsteady(database: Database, seed: int) -> Iterator[None]:
    """Now and then a statement comes late, elsewhere for each seed; none does for seed 0."""
    chance = Random(seed)

    def stumble(*_: object) -> None:
        if chance.random() < _STUMBLES:
            time.sleep(chance.random() * _STUMBLE)

    if seed:
        event.listen(database.engine, "before_cursor_execute", stumble)
    try:
        yield
    finally:
        if seed:
            event.remove(database.engine, "before_cursor_execute", stumble)


_STUMBLES = 0.15
_STUMBLE = 0.004


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
