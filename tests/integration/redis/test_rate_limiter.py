"""Rate limiter on Redis, with fakeredis as the server."""

import time
from collections.abc import Iterator

import pytest
from fakeredis import FakeRedis, FakeServer

from novacart.adapters.redis.rate_limiter import RedisRateLimiter
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import Quota, RateLimit
from tests.support.clock import SetClock
from tests.support.contracts.rate_limiter import RateLimiterContract
from tests.support.processes import free_port

QUOTA = Quota("key", (RateLimit(3, 60),))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Redis uses its own clock, which for fakeredis is `time.time`."""
    set_clock = SetClock()
    monkeypatch.setattr(time, "time", lambda: set_clock.now().timestamp())
    return set_clock


@pytest.fixture
def client(clock: SetClock) -> Iterator[FakeRedis]:  # noqa: ARG001 (sets the time of the server)
    with FakeRedis(server=FakeServer()) as opened:
        yield opened


@pytest.fixture
def limiter(client: FakeRedis) -> RedisRateLimiter:
    return RedisRateLimiter(client)


class TestRedisRateLimiter(RateLimiterContract):
    def test_clients_share_counts(self, limiter: RedisRateLimiter, client: FakeRedis) -> None:
        for _ in range(3):
            limiter.acquire([QUOTA])
        assert RedisRateLimiter(client).acquire([QUOTA]) == 60

    def test_key_expires_after_the_longest_limit(
        self, limiter: RedisRateLimiter, client: FakeRedis, clock: SetClock
    ) -> None:
        limiter.acquire([QUOTA])
        assert client.dbsize() == 1
        clock.move(seconds=61)
        assert client.dbsize() == 0


def test_unreachable_redis_raises() -> None:
    limiter = RedisRateLimiter.connect(f"redis://127.0.0.1:{free_port()}/0")
    for method in (limiter.acquire, limiter.retry_after):
        with pytest.raises(Unavailable):
            method([QUOTA])
    with pytest.raises(Unavailable):
        limiter.reset(["key"])
