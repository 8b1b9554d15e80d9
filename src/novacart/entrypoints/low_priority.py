"""Priority of work for which customers do not wait."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import get_native_id
from typing import Final

_NICE: Final = 5


def lower_priority() -> None:
    """Let other processes run before this thread, until it ends.

    Only Linux has a priority for each thread (setpriority(2), "C library/kernel differences").
    Other systems are left as they are.
    """
    if sys.platform == "linux":
        thread = get_native_id()
        # A sandbox may forbid it.
        with suppress(PermissionError):
            present = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, max(present, _NICE))


def with_low_priority(run: Callable[[], None]) -> Callable[[], None]:
    """Return a function that calls `run` in a thread of low priority, and waits for its end.

    Each call has a new thread, because one needs privileges to raise its priority again.
    """

    def run_in_thread() -> None:
        with ThreadPoolExecutor(max_workers=1, initializer=lower_priority) as thread:
            thread.submit(run).result()

    return run_in_thread
