"""Fake rate limiter."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from novacart.application.ports.clock import Clock
from novacart.application.ports.rate_limiter import RateLimit


class FakeRateLimiter:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._attempts: dict[str, list[datetime]] = {}

    def acquire(self, key: str, limits: Sequence[RateLimit]) -> int:
        with self._lock:
            seconds = self.retry_after(key, limits)
            if not seconds:
                self._attempts.setdefault(key, []).append(self._clock.now())
            return seconds

    def retry_after(self, key: str, limits: Sequence[RateLimit]) -> int:
        now = self._clock.now()
        attempts = self._attempts.get(key, [])
        waits = [0]
        for limit in limits:
            if len(attempts) >= limit.amount:
                free_at = attempts[-limit.amount] + timedelta(seconds=limit.seconds)
                waits.append(ceil((free_at - now).total_seconds()))
        return max(waits)

    def reset(self, key: str) -> None:
        self._attempts.pop(key, None)
