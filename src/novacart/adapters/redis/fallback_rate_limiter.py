"""Rate limiter that counts elsewhere while Redis is unavailable."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, TypeVar

import structlog

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import Quota, RateLimiter

T = TypeVar("T")

RETRY_AFTER: Final = 5.0
"""Seconds from a failure to the next attempt."""

_log = structlog.get_logger("novacart.rate_limits")


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
        self._clock = clock
        self._failed = False
        self._retry_at = 0.0

    def acquire(self, quotas: Sequence[Quota]) -> int:
        return self._call(lambda limiter: limiter.acquire(quotas))

    def retry_after(self, quotas: Sequence[Quota]) -> int:
        return self._call(lambda limiter: limiter.retry_after(quotas))

    def reset(self, keys: Sequence[str]) -> None:
        self._call(lambda limiter: limiter.reset(keys))

    def keys(self, prefix: str) -> Sequence[str]:
        return self._call(lambda limiter: limiter.keys(prefix))

    def _call(self, operation: Callable[[RateLimiter], T]) -> T:
        if self._failed:
            if self._clock() < self._retry_at:
                return operation(self._fallback)
            self._retry_at = self._clock() + RETRY_AFTER
        try:
            result = operation(self._primary)
        except Unavailable as error:
            self._retry_at = self._clock() + RETRY_AFTER
            if not self._failed:
                self._failed = True
                _log.warning("redis_unavailable", reason=str(error), counted_in="database")
            return operation(self._fallback)
        if self._failed:
            self._failed = False
            _log.warning("redis_available", counted_in="redis")
        return result
