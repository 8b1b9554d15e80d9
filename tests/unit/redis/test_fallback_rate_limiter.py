"""Rate limits while Redis is unavailable."""

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from novacart.adapters.redis.circuit_breaker import RETRY_AFTER
from novacart.adapters.redis.fallback_rate_limiter import FallbackRateLimiter
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.rate_limiter import Quota, RateLimit
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.support.clock import SetClock
from tests.support.contracts.rate_limiter import RateLimiterContract

QUOTA = Quota("key", (RateLimit(3, 3600),))


class FailingRateLimiter(FakeRateLimiter):
    """Raises `Unavailable` while `fails`; counts the calls."""

    fails = False
    calls = 0

    def retry_after(self, quotas: Sequence[Quota]) -> int:
        self._respond()
        return super().retry_after(quotas)

    def reset(self, keys: Sequence[str]) -> None:
        self._respond()
        super().reset(keys)

    def keys(self, prefix: str) -> Sequence[str]:
        self._respond()
        return super().keys(prefix)

    def _respond(self) -> None:
        self.calls += 1
        if self.fails:
            raise Unavailable("Redis is unavailable.")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def redis(clock: SetClock) -> FailingRateLimiter:
    return FailingRateLimiter(clock)


@pytest.fixture
def database(clock: SetClock) -> FakeRateLimiter:
    return FakeRateLimiter(clock)


@pytest.fixture
def limiter(
    redis: FailingRateLimiter, database: FakeRateLimiter, clock: SetClock
) -> FallbackRateLimiter:
    return FallbackRateLimiter(redis, database, clock=lambda: clock.now().timestamp())


class TestFallbackRateLimiterWithRedis(RateLimiterContract):
    pass


class TestFallbackRateLimiterWithoutRedis(RateLimiterContract):
    @pytest.fixture(autouse=True)
    def fail(self, redis: FailingRateLimiter) -> None:
        redis.fails = True


def test_database_counts_during_a_failure(
    limiter: FallbackRateLimiter, redis: FailingRateLimiter, database: FakeRateLimiter
) -> None:
    redis.fails = True
    for _ in range(3):
        assert limiter.acquire([QUOTA]) == 0
    assert limiter.acquire([QUOTA]) > 0
    assert limiter.keys("") == database.keys("") == ["key"]
    limiter.reset(["key"])
    assert limiter.acquire([QUOTA]) == 0


def test_redis_is_tried_once_in_each_interval(
    limiter: FallbackRateLimiter, redis: FailingRateLimiter, clock: SetClock
) -> None:
    redis.fails = True
    for _ in range(5):
        limiter.retry_after([QUOTA])
    assert redis.calls == 1
    clock.move(seconds=RETRY_AFTER)
    for _ in range(5):
        limiter.retry_after([QUOTA])
    assert redis.calls == 2


def test_redis_counts_again_when_it_is_back_and_each_change_is_logged_once(
    limiter: FallbackRateLimiter, redis: FailingRateLimiter, clock: SetClock
) -> None:
    limiter.acquire([QUOTA])
    with capture_logs() as lines:
        redis.fails = True
        for _ in range(3):
            limiter.acquire([QUOTA])
        clock.move(seconds=RETRY_AFTER)
        limiter.acquire([QUOTA])
        redis.fails = False
        clock.move(seconds=RETRY_AFTER)
        # The attempt before the failure still counts.
        assert [limiter.acquire([QUOTA]) > 0 for _ in range(3)] == [False, False, True]
    assert [line["event"] for line in lines] == ["redis_unavailable", "redis_available"]


def test_server_that_can_only_be_read_is_logged_once(
    limiter: FallbackRateLimiter, redis: FailingRateLimiter, clock: SetClock
) -> None:
    with capture_logs() as lines:
        for _ in range(3):
            redis.fails = True
            limiter.acquire([QUOTA])
            redis.fails = False
            clock.move(seconds=RETRY_AFTER)
            limiter.retry_after([QUOTA])
    assert [line["event"] for line in lines] == ["redis_unavailable"]
