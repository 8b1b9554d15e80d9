"""Attempts counted in memory."""

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
        self._made: dict[str, list[datetime]] = {}

    def take(self, key: str, limits: Sequence[RateLimit]) -> int:
        with self._lock:
            seconds = self.wait(key, limits)
            if not seconds:
                self._made.setdefault(key, []).append(self._clock.now())
            return seconds

    def wait(self, key: str, limits: Sequence[RateLimit]) -> int:
        now = self._clock.now()
        made = self._made.get(key, [])
        waits = [0]
        for limit in limits:
            if len(made) >= limit.amount:
                free_at = made[-limit.amount] + timedelta(seconds=limit.seconds)
                waits.append(ceil((free_at - now).total_seconds()))
        return max(waits)

    def forget(self, key: str) -> None:
        self._made.pop(key, None)
