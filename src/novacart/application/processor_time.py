"""Processor time that background work leaves to requests."""

import os
from collections.abc import Iterable, Iterator
from threading import local
from time import perf_counter
from typing import Final, TypeVar

T = TypeVar("T")

# Seconds. On a busy machine, each yield lets another process run for some milliseconds. After every
# item, that would nearly stop the work.
_INTERVAL: Final = 0.0005


class _LastYield(local):
    time = 0.0


_last: Final = _LastYield()


def yielding_processor(items: Iterable[T]) -> Iterator[T]:
    """Iterate over items, and let processes that wait for the core run in between.

    Without this, a request waits until the scheduler interrupts the work, which Linux does at ticks
    of its clock, usually every 4 ms. Do not use it while the caller holds locks that requests wait
    for: they would wait for longer.
    """
    for item in items:
        if perf_counter() - _last.time >= _INTERVAL:
            os.sched_yield()
            _last.time = perf_counter()
        yield item
