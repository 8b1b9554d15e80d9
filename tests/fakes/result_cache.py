"""Fake cache of results."""

from collections.abc import Callable

from novacart.application.ports.clock import Clock
from novacart.application.ports.result_cache import CachedResult


class FakeResultCache:
    def __init__(self, clock: Clock, *, seconds: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._cached: dict[str, tuple[float, bytes]] = {}

    def get(self, key: str, compute: Callable[[], bytes]) -> CachedResult:
        now = self._clock.now().timestamp()
        if key in self._cached:
            begun_at, value = self._cached[key]
            if now - begun_at < self._seconds:
                return CachedResult(value, now - begun_at)
        value = compute()
        self._cached[key] = now, value
        return CachedResult(value, 0)
