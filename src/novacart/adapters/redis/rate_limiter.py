"""Rate limiting with one Redis sorted set of timestamps for each key."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError

from novacart.adapters.redis.connection import connect
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import Quota

_TIMEOUT: Final = 1.0

# Redis runs a script atomically. KEYS are the sorted sets. ARGV: 1 to count the attempt or 0 to
# only check, the attempt's id, then for each key the number of its limits, and the amount and
# seconds of each. Returns the milliseconds to wait. Uses the clock of Redis, which is the same for
# all processes.
_SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
local longest = {}
local position = 3
for k = 1, #KEYS do
  longest[k] = 0
  local count = tonumber(ARGV[position])
  position = position + 1
  for _ = 1, count do
    local amount, span = tonumber(ARGV[position]), tonumber(ARGV[position + 1]) * 1000
    position = position + 2
    longest[k] = math.max(longest[k], span)
    local decisive = redis.call('ZREVRANGE', KEYS[k], amount - 1, amount - 1, 'WITHSCORES')
    if #decisive > 0 then
      wait = math.max(wait, tonumber(decisive[2]) + span - now)
    end
  end
end
if wait <= 0 and ARGV[1] == '1' then
  for k = 1, #KEYS do
    redis.call('ZADD', KEYS[k], now, ARGV[2])
    redis.call('ZREMRANGEBYSCORE', KEYS[k], '-inf', now - longest[k])
    redis.call('PEXPIRE', KEYS[k], longest[k])
  end
end
return wait
"""


class RedisRateLimiter:
    """Needs Valkey, or Redis 5 or later. `prefix` begins the name of each key."""

    def __init__(self, client: "Redis", *, prefix: str) -> None:
        self._client = client
        self._prefix = f"{prefix}attempts:"
        self._script = client.register_script(_SCRIPT)

    @classmethod
    def connect(cls, url: str, *, prefix: str) -> "RedisRateLimiter":
        """Connect at the first call. Each call times out after 1 s."""
        return cls(connect(url, timeout=_TIMEOUT), prefix=prefix)

    def acquire(self, quotas: Sequence[Quota]) -> int:
        return self._run(quotas, count=True)

    def retry_after(self, quotas: Sequence[Quota]) -> int:
        return self._run(quotas, count=False)

    def reset(self, keys: Sequence[str]) -> None:
        with _mapped_errors():
            self._client.delete(*(self._prefix + key for key in keys))

    def keys(self, prefix: str) -> Sequence[str]:
        pattern = re.sub(r"([\\*?\[\]])", r"\\\1", self._prefix + prefix) + "*"
        with _mapped_errors():
            names = [name.decode() for name in self._client.scan_iter(pattern, count=1000)]
        return sorted(name.removeprefix(self._prefix) for name in names)

    def _run(self, quotas: Sequence[Quota], *, count: bool) -> int:
        arguments: list[Any] = [int(count), uuid4().hex]
        for quota in quotas:
            arguments.append(len(quota.limits))
            for limit in quota.limits:
                arguments += [limit.amount, limit.seconds]
        keys = [self._prefix + quota.key for quota in quotas]
        with _mapped_errors():
            milliseconds = cast("int", self._script(keys=keys, args=arguments))
        return max(0, -(-milliseconds // 1000))


@contextmanager
def _mapped_errors() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable(f"Redis is unavailable ({type(error).__name__}).") from error
