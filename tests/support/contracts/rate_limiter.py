"""Contract of rate limiters."""

from concurrent.futures import ThreadPoolExecutor

from novacart.application.ports.rate_limiter import Quota, RateLimit, RateLimiter
from tests.support.clock import SetClock

THREE_A_MINUTE = RateLimit(3, 60)
FIVE_AN_HOUR = RateLimit(5, 3600)
QUOTA = Quota("key", (THREE_A_MINUTE,))
OTHER = Quota("other", (THREE_A_MINUTE,))


class RateLimiterContract:
    """Subclasses provide `limiter` and its `clock`."""

    def test_acquire_above_limit_returns_seconds_to_wait(
        self, limiter: RateLimiter, clock: SetClock
    ) -> None:
        for _ in range(3):
            assert limiter.acquire([QUOTA]) == 0
            clock.move(seconds=10)
        assert limiter.acquire([QUOTA]) == 30

    def test_window_slides(self, limiter: RateLimiter, clock: SetClock) -> None:
        for _ in range(3):
            limiter.acquire([QUOTA])
            clock.move(seconds=20)
        assert limiter.acquire([QUOTA]) == 0
        assert limiter.acquire([QUOTA]) == 20

    def test_rejected_attempts_do_not_count(self, limiter: RateLimiter, clock: SetClock) -> None:
        for _ in range(10):
            limiter.acquire([QUOTA])
        clock.move(seconds=60)
        assert limiter.acquire([QUOTA]) == 0

    def test_every_limit_of_a_key_applies(self, limiter: RateLimiter, clock: SetClock) -> None:
        quota = Quota("key", (THREE_A_MINUTE, FIVE_AN_HOUR))
        taken = 0
        for _ in range(10):
            taken += limiter.acquire([quota]) == 0
            clock.move(seconds=60)
        assert taken == 5
        assert limiter.retry_after([quota]) > 60

    def test_attempt_counts_at_every_key_or_at_none(self, limiter: RateLimiter) -> None:
        for _ in range(3):
            assert limiter.acquire([QUOTA]) == 0
        assert limiter.acquire([OTHER, QUOTA]) == 60
        assert limiter.retry_after([OTHER, QUOTA]) == 60
        for _ in range(3):
            assert limiter.acquire([OTHER]) == 0
        assert limiter.acquire([OTHER]) == 60

    def test_retry_after_counts_nothing(self, limiter: RateLimiter) -> None:
        for _ in range(10):
            assert limiter.retry_after([QUOTA, OTHER]) == 0

    def test_keys_are_counted_and_reset_separately(self, limiter: RateLimiter) -> None:
        third = Quota("third", (THREE_A_MINUTE,))
        for _ in range(3):
            limiter.acquire([QUOTA, OTHER, third])
        limiter.reset(["key", "other"])
        assert limiter.retry_after([QUOTA]) == 0
        assert limiter.retry_after([OTHER]) == 0
        assert limiter.retry_after([third]) > 0

    def test_keys_with_a_prefix(self, limiter: RateLimiter) -> None:
        for key in ("user:1:b", "user:1:a", "user:12:a", "user:1:[x*?_%]"):
            limiter.acquire([Quota(key, (THREE_A_MINUTE,))])
        assert list(limiter.keys("user:1:")) == ["user:1:[x*?_%]", "user:1:a", "user:1:b"]
        assert list(limiter.keys("user:1:[x*?_%")) == ["user:1:[x*?_%]"]
        limiter.reset(["user:1:a"])
        assert list(limiter.keys("user:1:")) == ["user:1:[x*?_%]", "user:1:b"]
        assert list(limiter.keys("user:9")) == []

    def test_concurrent_callers_never_exceed_a_limit(self, limiter: RateLimiter) -> None:
        orders = ([QUOTA, OTHER], [OTHER, QUOTA])
        with ThreadPoolExecutor(4) as pool:
            waits = list(pool.map(lambda number: limiter.acquire(orders[number % 2]), range(12)))
        assert waits.count(0) == 3
