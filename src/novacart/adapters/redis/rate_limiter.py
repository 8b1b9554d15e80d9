"""Rate limiting with one Redis sorted set of timestamps for each key."""

from collections.abc import Sequence
from typing import Any, Final, cast
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import RateLimit

_TIMEOUT: Final = 2.0

# Redis runs a script atomically. KEYS[1] is the sorted set. ARGV: 1 to count the attempt or 0 to
# only check, the attempt's id, then amount and seconds of each limit. Returns the milliseconds to
# wait. Uses the clock of Redis, which is the same for all processes.
_SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local longest = 0
local wait = 0
for i = 3, #ARGV, 2 do
  local amount, span = tonumber(ARGV[i]), tonumber(ARGV[i + 1]) * 1000
  longest = math.max(longest, span)
  local decisive = redis.call('ZREVRANGE', KEYS[1], amount - 1, amount - 1, 'WITHSCORES')
  if #decisive > 0 then
    wait = math.max(wait, tonumber(decisive[2]) + span - now)
  end
end
if wait <= 0 and ARGV[1] == '1' then
  redis.call('ZADD', KEYS[1], now, ARGV[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
  redis.call('PEXPIRE', KEYS[1], longest)
end
return wait
"""


class RedisRateLimiter:
    """Needs Redis 5 or later."""

    def __init__(self, client: "Redis") -> None:
        self._client = client
        self._script = client.register_script(_SCRIPT)

    @classmethod
    def connect(cls, url: str) -> "RedisRateLimiter":
        """Connect at the first call. Each call times out after 2 s."""
        client = Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
        return cls(client)

    def acquire(self, key: str, limits: Sequence[RateLimit]) -> int:
        return self._run(key, limits, count=True)

    def retry_after(self, key: str, limits: Sequence[RateLimit]) -> int:
        return self._run(key, limits, count=False)

    def reset(self, key: str) -> None:
        try:
            self._client.delete(_key(key))
        except RedisError as error:
            raise Unavailable("Redis is unavailable.") from error

    def _run(self, key: str, limits: Sequence[RateLimit], *, count: bool) -> int:
        arguments: list[Any] = [int(count), uuid4().hex]
        for limit in limits:
            arguments += [limit.amount, limit.seconds]
        try:
            milliseconds = cast("int", self._script(keys=[_key(key)], args=arguments))
        except RedisError as error:
            raise Unavailable("Redis is unavailable.") from error
        return max(0, -(-milliseconds // 1000))


def _key(key: str) -> str:
    return f"novacart:attempts:{key}"
