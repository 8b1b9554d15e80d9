"""Rate limiting."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class RateLimit(NamedTuple):
    """At most `amount` attempts in any period of `seconds`."""

    amount: int
    seconds: int


class RateLimiter(Protocol):
    """Sliding-window counters shared by all processes. Raises `Unavailable`."""

    def acquire(self, key: str, limits: Sequence[RateLimit]) -> int:
        """Count an attempt at `key` if every limit allows it.

        Returns 0 if it was counted, else the seconds until the next attempt is allowed.
        Atomic: concurrent callers never exceed a limit.
        """
        ...

    def retry_after(self, key: str, limits: Sequence[RateLimit]) -> int:
        """What `acquire` would return, without counting an attempt."""
        ...

    def reset(self, key: str) -> None:
        """Forget every attempt at `key`."""
        ...
