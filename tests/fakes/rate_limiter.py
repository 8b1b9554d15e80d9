"""Fake rate limiter."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from novacart.application.ports.clock import Clock
from novacart.application.ports.rate_limiter import Quota


class FakeRateLimiter:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._attempts: dict[str, list[datetime]] = {}

    def acquire(self, quotas: Sequence[Quota]) -> int:
        with self._lock:
            seconds = self.retry_after(quotas)
            if not seconds:
                for quota in quotas:
                    self._attempts.setdefault(quota.key, []).append(self._clock.now())
            return seconds

    def retry_after(self, quotas: Sequence[Quota]) -> int:
        now = self._clock.now()
        waits = [0]
        for quota in quotas:
            attempts = self._attempts.get(quota.key, [])
            for limit in quota.limits:
                if len(attempts) >= limit.amount:
                    free_at = attempts[-limit.amount] + timedelta(seconds=limit.seconds)
                    waits.append(ceil((free_at - now).total_seconds()))
        return max(waits)

    def reset(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._attempts.pop(key, None)

    def keys(self, prefix: str) -> Sequence[str]:
        return sorted(key for key in self._attempts if key.startswith(prefix))
