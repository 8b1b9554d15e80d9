"""Results that may be some seconds old."""

from collections.abc import Callable, Hashable
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class RecentResults(Generic[Key, Result]):
    """Results by key, each used again for `seconds` since its computation began.

    If several threads need the same result, one computes it and the others wait. With 0 seconds,
    each call computes its own.
    """

    MAX_KEYS: Final = 64

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds, as `time.monotonic`, which the system's clock does not set."""
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[Key, _Kept] = {}

    def get(self, key: Key, compute: Callable[[], tuple[Result, float]]) -> Result:
        """The kept result, or that of `compute`. After an error the next call computes again.

        `compute` also returns the seconds for which the result had been kept elsewhere when it was
        called.
        """
        kept = self._of(key)
        with kept.lock:
            now = self._clock()
            if now - kept.begun_at >= self._seconds:
                kept.result, age = compute()
                kept.begun_at = now - age
            result: Result = kept.result
            return result

    def _of(self, key: Key) -> "_Kept":
        with self._lock:
            if key not in self._kept:
                if len(self._kept) >= self.MAX_KEYS:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = _Kept()
            return self._kept[key]


class _Kept:
    """A result, whose computation began at a time."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.begun_at = -inf
        self.result: Any = None
