"""How often something was tried lately."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class RateLimit(NamedTuple):
    """At most `amount` attempts in any `seconds` on end."""

    amount: int
    seconds: int


class RateLimiter(Protocol):
    """Counts shared by every process of the shop. Raises `Unavailable` out of reach."""

    def take(self, key: str, limits: Sequence[RateLimit]) -> int:
        """Count one attempt at `key`, unless that would pass a limit.

        0 where it was counted, else the seconds until one is free. Callers at the same
        moment take turns: no more than a limit ever get through.
        """
        ...

    def wait(self, key: str, limits: Sequence[RateLimit]) -> int:
        """What `take` would answer, with nothing counted."""
        ...

    def forget(self, key: str) -> None:
        """Start `key` anew."""
        ...
