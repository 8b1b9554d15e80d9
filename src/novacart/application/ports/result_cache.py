"""Cache of results that may be some seconds old."""

from collections.abc import Callable
from typing import NamedTuple, Protocol


class CachedResult(NamedTuple):
    """`age` is the highest possible number of seconds since its computation began."""

    value: bytes
    age: float


class ResultCache(Protocol):
    """Results that all processes share until a number of seconds after their computation began.

    Without the server of the cache each call computes its own. Processes that need a missing result
    at the same time all compute it, since waiting for another one takes as long.
    """

    def get(self, key: str, compute: Callable[[], bytes]) -> CachedResult:
        """The cached result, or that of `compute`."""
        ...
