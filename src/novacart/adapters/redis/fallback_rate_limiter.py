"""Rate limiter that counts elsewhere while Redis is unavailable."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeVar

from novacart.adapters.redis.circuit_breaker import CircuitBreaker
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import Quota, RateLimiter

T = TypeVar("T")


class FallbackRateLimiter:
    """Counts at `primary`, or at `fallback` while `primary` is unavailable.

    After a failure one caller tries `primary` again every `RETRY_AFTER` seconds; the others do not
    wait for it. Counts are not copied, so each change of the limiter allows a client at most the
    attempts of a full limit more.
    """

    def __init__(
        self,
        primary: RateLimiter,
        fallback: RateLimiter,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._primary = primary
        self._fallback = fallback
        self._breaker = CircuitBreaker(affects="rate_limits", clock=clock)

    def acquire(self, quotas: Sequence[Quota]) -> int:
        return self._call(lambda limiter: limiter.acquire(quotas), wrote=lambda wait: wait == 0)

    def retry_after(self, quotas: Sequence[Quota]) -> int:
        return self._call(lambda limiter: limiter.retry_after(quotas))

    def reset(self, keys: Sequence[str]) -> None:
        self._call(lambda limiter: limiter.reset(keys))

    def keys(self, prefix: str) -> Sequence[str]:
        return self._call(lambda limiter: limiter.keys(prefix))

    def _call(
        self,
        operation: Callable[[RateLimiter], T],
        *,
        wrote: Callable[[T], bool] = lambda _: False,
    ) -> T:
        """`wrote` returns whether an operation with this result has written."""
        if not self._breaker.allows_call():
            return operation(self._fallback)
        try:
            result = operation(self._primary)
        except Unavailable as error:
            self._breaker.failed(str(error))
            return operation(self._fallback)
        self._breaker.succeeded(wrote=wrote(result))
        return result
