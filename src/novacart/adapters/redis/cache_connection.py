"""Connection of the caches to Redis."""

from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar

from redis import Redis
from redis.exceptions import RedisError

from novacart.adapters.redis.circuit_breaker import CircuitBreaker
from novacart.adapters.redis.connection import connect

T = TypeVar("T")

# Seconds. A web process has few threads for the requests that wait meanwhile.
_TIMEOUT: Final = 0.05


class CacheConnection:
    """Connection for data that Redis may lose. All caches of a process share it.

    `prefix` begins the name of each key. After a failure no command is sent, except one every
    `RETRY_AFTER` seconds.
    """

    def __init__(
        self, client: "Redis", *, prefix: str, clock: Callable[[], float] = monotonic
    ) -> None:
        """`clock` returns seconds, as `time.monotonic`."""
        self.client = client
        self.prefix = prefix
        self._breaker = CircuitBreaker(affects="caches", clock=clock)

    @classmethod
    def connect(cls, url: str, *, prefix: str) -> "CacheConnection":
        """Connect at the first command. Each command times out after 50 ms."""
        return cls(connect(url, timeout=_TIMEOUT), prefix=prefix)

    def run(self, command: Callable[[], T], *, writes: bool = False) -> T | None:
        """The result of a command of `client`; None if Redis is unavailable."""
        if not self._breaker.allows_call():
            return None
        try:
            result = command()
        except RedisError as error:
            self._breaker.failed(type(error).__name__)
            return None
        self._breaker.succeeded(wrote=writes)
        return result
