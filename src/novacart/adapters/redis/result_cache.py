"""Cache of results in Redis."""

from collections.abc import Callable
from typing import Final, cast

from novacart.adapters.redis.cache_connection import CacheConnection
from novacart.application.ports.result_cache import CachedResult

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


class RedisResultCache:
    """Needs Valkey, or Redis 5 or later. Results can be used for `seconds`."""

    def __init__(self, connection: CacheConnection, *, seconds: int) -> None:
        self._connection = connection
        self._prefix = f"{connection.prefix}results:"
        self._milliseconds = seconds * 1000
        self._find = connection.client.register_script(_FIND)
        self._keep = connection.client.register_script(_KEEP)

    def get(self, key: str, compute: Callable[[], bytes]) -> CachedResult:
        keys = [self._prefix + key]
        found = self._connection.run(lambda: self._find(keys=keys))
        if found is None:
            return CachedResult(compute(), 0)
        now, value, left = cast("tuple[int, bytes | None, int]", found)
        # More is left after the clock of Redis was set back.
        if value is not None and left <= self._milliseconds:
            return CachedResult(value, (self._milliseconds - left) / 1000)
        value = compute()
        arguments: list[bytes | int] = [value, now, self._milliseconds]
        self._connection.run(lambda: self._keep(keys=keys, args=arguments), writes=True)
        return CachedResult(value, 0)
