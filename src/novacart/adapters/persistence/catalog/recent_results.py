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
        self._cached: dict[Key, _CachedResult] = {}

    def get(self, key: Key, compute: Callable[[], tuple[Result, float]]) -> Result:
        """The cached result, or that of `compute`. After an error the next call computes again.

        `compute` also returns the seconds for which the result had been cached elsewhere when it
        was called.
        """
        cached = self._of(key)
        with cached.lock:
            now = self._clock()
            if now - cached.begun_at >= self._seconds:
                cached.result, age = compute()
                cached.begun_at = now - age
            result: Result = cached.result
            return result

    def _of(self, key: Key) -> "_CachedResult":
        with self._lock:
            if key not in self._cached:
                if len(self._cached) >= self.MAX_KEYS:
                    del self._cached[next(iter(self._cached))]
                self._cached[key] = _CachedResult()
            return self._cached[key]


class _CachedResult:
    """A result, whose computation began at a time."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.begun_at = -inf
        self.result: Any = None
