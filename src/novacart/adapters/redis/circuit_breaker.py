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

    Logs each change, with what it `affects`.
    """

    def __init__(self, *, affects: str, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds, as `time.monotonic`."""
        self._affects = affects
        self._clock = clock
        self._failed = False
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
        if not self._failed:
            self._failed = True
            _log.warning("redis_unavailable", affects=self._affects, reason=reason)

    def succeeded(self) -> None:
        if self._failed:
            self._failed = False
            _log.warning("redis_available", affects=self._affects)
