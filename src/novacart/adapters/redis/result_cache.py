"""Cache of results in Redis."""

from collections.abc import Callable
from time import monotonic
from typing import Final, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from novacart.adapters.redis.connection import connect
from novacart.application.ports.result_cache import CachedResult

# Seconds. While a request that reads waits, its web process answers no other one.
_TIMEOUT: Final = 0.05

RETRY_AFTER: Final = 5.0
"""Seconds from a failure to the next attempt."""

# Both scripts use milliseconds of the clock of Redis, which is the same for all processes.
_FIND: Final = """
local time = redis.call('TIME')
return {
  time[1] * 1000 + math.floor(time[2] / 1000),
  redis.call('GET', KEYS[1]),
  redis.call('PTTL', KEYS[1])
}
"""
# ARGV: the result, the time at which its computation began, and how long it may be used. A command
# that Redis runs late, such as after it was stopped, stores no result that is too old.
_KEEP: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left = ARGV[2] + ARGV[3] - now
if left > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', left)
end
"""

_log = structlog.get_logger("novacart.result_cache")


class RedisResultCache:
    """Needs Valkey, or Redis 5 or later. `prefix` begins the name of each key.

    After a failure each call computes its own result, and one call every `RETRY_AFTER` seconds
    tries Redis again.
    """

    def __init__(
        self,
        client: "Redis",
        *,
        prefix: str,
        seconds: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Results can be used for `seconds`. `clock` returns seconds, as `time.monotonic`."""
        self._prefix = f"{prefix}results:"
        self._milliseconds = seconds * 1000
        self._clock = clock
        self._failed = False
        self._retry_at = 0.0
        self._find = client.register_script(_FIND)
        self._keep = client.register_script(_KEEP)

    @classmethod
    def connect(cls, url: str, *, prefix: str, seconds: int) -> "RedisResultCache":
        """Connect at the first call. Each command times out after 50 ms."""
        return cls(connect(url, timeout=_TIMEOUT), prefix=prefix, seconds=seconds)

    def get(self, key: str, compute: Callable[[], bytes]) -> CachedResult:
        if self._failed:
            if self._clock() < self._retry_at:
                return CachedResult(compute(), 0)
            self._retry_at = self._clock() + RETRY_AFTER
        keys = [self._prefix + key]
        try:
            now, value, left = cast("tuple[int, bytes | None, int]", self._find(keys=keys))
        except RedisError as error:
            self._set_unavailable(error)
            return CachedResult(compute(), 0)
        self._set_available()
        # More is left after the clock of Redis was set back.
        if value is not None and left <= self._milliseconds:
            return CachedResult(value, (self._milliseconds - left) / 1000)
        value = compute()
        try:
            self._keep(keys=keys, args=[value, now, self._milliseconds])
        except RedisError as error:
            self._set_unavailable(error)
        return CachedResult(value, 0)

    def _set_unavailable(self, error: RedisError) -> None:
        self._retry_at = self._clock() + RETRY_AFTER
        if not self._failed:
            self._failed = True
            _log.warning("redis_unavailable", reason=type(error).__name__, computed_in="process")

    def _set_available(self) -> None:
        if self._failed:
            self._failed = False
            _log.warning("redis_available", computed_in="redis")
