"""Contract of rate limiters."""

from novacart.application.ports.rate_limiter import RateLimit, RateLimiter
from tests.support.clock import SetClock

THREE_A_MINUTE = RateLimit(3, 60)
FIVE_AN_HOUR = RateLimit(5, 3600)


class RateLimiterContract:
    """Subclasses provide `limiter` and its `clock`."""

    def test_acquire_above_limit_returns_seconds_to_wait(
        self, limiter: RateLimiter, clock: SetClock
    ) -> None:
        for _ in range(3):
            assert limiter.acquire("key", [THREE_A_MINUTE]) == 0
            clock.move(seconds=10)
        assert limiter.acquire("key", [THREE_A_MINUTE]) == 30

    def test_window_slides(self, limiter: RateLimiter, clock: SetClock) -> None:
        for _ in range(3):
            limiter.acquire("key", [THREE_A_MINUTE])
            clock.move(seconds=20)
        assert limiter.acquire("key", [THREE_A_MINUTE]) == 0
        assert limiter.acquire("key", [THREE_A_MINUTE]) == 20

    def test_rejected_attempts_do_not_count(self, limiter: RateLimiter, clock: SetClock) -> None:
        for _ in range(10):
            limiter.acquire("key", [THREE_A_MINUTE])
        clock.move(seconds=60)
        assert limiter.acquire("key", [THREE_A_MINUTE]) == 0

    def test_every_limit_applies(self, limiter: RateLimiter, clock: SetClock) -> None:
        limits = [THREE_A_MINUTE, FIVE_AN_HOUR]
        taken = 0
        for _ in range(10):
            taken += limiter.acquire("key", limits) == 0
            clock.move(seconds=60)
        assert taken == 5
        assert limiter.retry_after("key", limits) > 60

    def test_retry_after_counts_nothing(self, limiter: RateLimiter) -> None:
        for _ in range(10):
            assert limiter.retry_after("key", [THREE_A_MINUTE]) == 0

    def test_keys_are_counted_and_reset_separately(self, limiter: RateLimiter) -> None:
        for key in ("first", "second"):
            for _ in range(3):
                limiter.acquire(key, [THREE_A_MINUTE])
        limiter.reset("first")
        assert limiter.retry_after("first", [THREE_A_MINUTE]) == 0
        assert limiter.retry_after("second", [THREE_A_MINUTE]) > 0
