"""Rate limiting."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class RateLimit(NamedTuple):
    """At most `amount` attempts in any period of `seconds`."""

    amount: int
    seconds: int


class Quota(NamedTuple):
    """The limits of the attempts that are counted at `key`."""

    key: str
    limits: tuple[RateLimit, ...]


class RateLimiter(Protocol):
    """Sliding-window counters shared by all processes. Raises `Unavailable`."""

    def acquire(self, quotas: Sequence[Quota]) -> int:
        """Count one attempt at every key if every limit allows it, else at none.

        Returns 0 if it was counted, else the seconds until the next attempt is allowed.
        Atomic: concurrent callers never exceed a limit.
        """
        ...

    def retry_after(self, quotas: Sequence[Quota]) -> int:
        """What `acquire` would return, without counting an attempt."""
        ...

    def reset(self, keys: Sequence[str]) -> None:
        """Forget every attempt at the keys."""
        ...

    def keys(self, prefix: str) -> Sequence[str]:
        """The keys with this prefix that have attempts, in order."""
        ...
