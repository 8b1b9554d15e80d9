"""Rate limiter on a real Redis server."""

import threading
from collections import Counter
from pathlib import Path

import pytest
from redis import Redis

from novacart.adapters.redis.connection import key_prefix
from novacart.adapters.redis.rate_limiter import RedisRateLimiter
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import Quota, RateLimit
from tests.support.clock import SetClock
from tests.support.contracts.rate_limiter import RateLimiterContract
from tests.support.processes import free_port
from tests.support.redis import RedisServer, ServerClock

QUOTA = Quota("key", (RateLimit(3, 60),))


def connect(url: str, *, secret_key: str = "first shop") -> RedisRateLimiter:
    return RedisRateLimiter.connect(url, prefix=key_prefix(secret_key))


@pytest.fixture
def clock(client: Redis) -> SetClock:
    return ServerClock(client)


@pytest.fixture
def limiter(server: RedisServer, client: Redis) -> RedisRateLimiter:  # noqa: ARG001 (emptied)
    return connect(server.url)


class TestRedisRateLimiter(RateLimiterContract):
    def test_clients_share_counts(self, limiter: RedisRateLimiter, server: RedisServer) -> None:
        for _ in range(3):
            limiter.acquire([QUOTA])
        assert connect(server.url).acquire([QUOTA]) == 60

    def test_shops_count_separately(self, limiter: RedisRateLimiter, server: RedisServer) -> None:
        for _ in range(3):
            limiter.acquire([QUOTA])
        other = connect(server.url, secret_key="other shop")
        assert other.acquire([QUOTA]) == 0
        other.reset(["key"])
        assert other.keys("") == []
        assert limiter.keys("") == ["key"]
        assert limiter.acquire([QUOTA]) > 0

    def test_key_expires_after_the_longest_limit(
        self, limiter: RedisRateLimiter, client: Redis, clock: SetClock
    ) -> None:
        limiter.acquire([QUOTA])
        assert client.dbsize() == 1
        clock.move(seconds=61)
        assert client.dbsize() == 0

    def test_concurrent_clients_never_exceed_a_limit(
        self, limiter: RedisRateLimiter, server: RedisServer
    ) -> None:
        quota = Quota("burst", (RateLimit(50, 60),))
        counted: Counter[bool] = Counter()

        def attempt() -> None:
            own = connect(server.url)
            results = [own.acquire([quota]) == 0 for _ in range(20)]
            counted.update(results)

        threads = [threading.Thread(target=attempt) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert counted == {True: 50, False: 110}
        assert limiter.acquire([quota]) > 0


def test_emptied_server_counts_from_zero(limiter: RedisRateLimiter, client: Redis) -> None:
    for _ in range(3):
        limiter.acquire([QUOTA])
    client.flushall()
    client.script_flush()
    assert limiter.acquire([QUOTA]) == 0
    assert limiter.keys("") == ["key"]


def test_restarted_server_is_used_without_an_error(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        limiter = connect(server.url)
        assert limiter.acquire([QUOTA]) == 0
        server.kill()
        server.start()
        assert limiter.acquire([QUOTA]) == 0


def test_unreachable_redis_raises() -> None:
    limiter = connect(f"redis://127.0.0.1:{free_port()}/0")
    for method in (limiter.acquire, limiter.retry_after):
        with pytest.raises(Unavailable):
            method([QUOTA])
    with pytest.raises(Unavailable):
        limiter.reset(["key"])
    with pytest.raises(Unavailable):
        limiter.keys("")


def test_redis_that_does_not_respond_raises(server: RedisServer, limiter: RedisRateLimiter) -> None:
    with server.stopped(), pytest.raises(Unavailable, match="TimeoutError"):
        limiter.acquire([QUOTA])
