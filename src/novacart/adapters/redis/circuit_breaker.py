"""Circuit breaker of calls to Redis."""

from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

RETRY_AFTER: Final = 5.0
"""Seconds from a failure to the next attempt."""

_log = structlog.get_logger("novacart.redis")


class CircuitBreaker:
    """Stops calls after a failure; then it allows one call every `RETRY_AFTER` seconds.

    Logs a failure and the recovery from it, with what they affect. Only a write shows that the
    server works again: one without memory, or a replica, still answers reads.
    """

    def __init__(self, *, affects: str, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds, as `time.monotonic`."""
        self._affects = affects
        self._clock = clock
        self._failed = False
        self._logged_failure = False
        self._retry_at = 0.0

    def allows_call(self) -> bool:
        """Whether to call now. The caller reports the outcome."""
        if self._failed:
            if self._clock() < self._retry_at:
                return False
            self._retry_at = self._clock() + RETRY_AFTER
        return True

    def failed(self, reason: str) -> None:
        self._retry_at = self._clock() + RETRY_AFTER
        self._failed = True
        if not self._logged_failure:
            self._logged_failure = True
            _log.warning("redis_unavailable", affects=self._affects, reason=reason)

    def succeeded(self, *, wrote: bool) -> None:
        self._failed = False
        if self._logged_failure and wrote:
            self._logged_failure = False
            _log.warning("redis_available", affects=self._affects)
