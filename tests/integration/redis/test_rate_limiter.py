"""Attempts counted in Redis keep their contract; its script runs in a Redis made of Python."""

import time
from collections.abc import Iterator

import pytest
from fakeredis import FakeRedis, FakeServer

from novacart.adapters.redis.rate_limiter import RedisRateLimiter
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import RateLimit
from tests.support.clock import SetClock
from tests.support.contracts.rate_limiter import AttemptsContract
from tests.support.processes import free_port


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Redis goes by its own clock, which is this machine's here."""
    set_clock = SetClock()
    monkeypatch.setattr(time, "time", lambda: set_clock.now().timestamp())
    return set_clock


@pytest.fixture
def client(clock: SetClock) -> Iterator[FakeRedis]:  # noqa: ARG001 (its server goes by it)
    with FakeRedis(server=FakeServer()) as opened:
        yield opened


@pytest.fixture
def attempts(client: FakeRedis) -> RedisRateLimiter:
    return RedisRateLimiter(client)


class TestRedisAttempts(AttemptsContract):
    def test_all_processes_count_together(
        self, attempts: RedisRateLimiter, client: FakeRedis
    ) -> None:
        for _ in range(3):
            attempts.take("door", [RateLimit(3, 60)])
        assert RedisRateLimiter(client).take("door", [RateLimit(3, 60)]) == 60

    def test_what_no_limit_remembers_is_forgotten_by_redis(
        self, attempts: RedisRateLimiter, client: FakeRedis, clock: SetClock
    ) -> None:
        attempts.take("door", [RateLimit(3, 60)])
        assert client.dbsize() == 1
        clock.move(seconds=61)
        assert client.dbsize() == 0


def test_a_redis_that_is_not_there_is_said() -> None:
    attempts = RedisRateLimiter.connect(f"redis://127.0.0.1:{free_port()}/0")
    for act in (attempts.take, attempts.wait):
        with pytest.raises(Unavailable):
            act("door", [RateLimit(3, 60)])
    with pytest.raises(Unavailable):
        attempts.forget("door")
