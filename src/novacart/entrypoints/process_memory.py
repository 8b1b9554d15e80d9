"""Settings of glibc's allocator that keep the memory of a process small."""

import ctypes
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
