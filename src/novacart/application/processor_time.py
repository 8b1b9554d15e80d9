"""Processor time that background work leaves to requests."""

import os
from collections.abc import Callable, Iterable, Iterator
from threading import local
from time import perf_counter
from typing import Final, TypeVar

T = TypeVar("T")

# Seconds. On a busy machine, each yield lets another process run for some milliseconds. After every
# item, that would nearly stop the work.
_INTERVAL: Final = 0.0005


# Windows has no such call: there the scheduler alone decides.
_yield: Final[Callable[[], None]] = getattr(os, "sched_yield", lambda: None)


class _LastYield(local):
    time = 0.0


_last: Final = _LastYield()


def yielding_processor(items: Iterable[T]) -> Iterator[T]:
    """Iterate over items, and let processes that wait for the core run in between.

    Without this, a request waits until the scheduler interrupts the work, which Linux does at ticks
    of its clock, usually every 4 ms. If each process has a control group of its own, as in
    containers, a process of another group may still wait for a tick. Do not use it while the caller
    holds locks that requests wait for: they would wait for longer.
    """
    for item in items:
        if perf_counter() - _last.time >= _INTERVAL:
            _yield()
            _last.time = perf_counter()
        yield item
