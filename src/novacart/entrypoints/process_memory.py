"""Settings of the allocator and the garbage collector for a long-running process."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Parameters of mallopt(3).
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8


def limit_memory() -> None:
    """Return large blocks to the system when they are freed, and share two arenas among threads.

    By default glibc raises its threshold of large blocks to the largest that was freed. The 19 MiB
    of each password hash then stay in the process, once for each thread. Has no effect with
    another C library.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 1 << 20)
        mallopt(_M_ARENA_MAX, 2)


@contextmanager
def loading_code() -> Iterator[None]:
    """Exempt the objects that the block makes from garbage collection.

    Modules and the application live as long as the process. Collections take a tenth of the time to
    load them; later, a full one would stop a process for 90 ms, and copy the pages that a process
    shares with the one it was forked from.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
