"""What every counter of attempts promises."""

from novacart.application.ports.rate_limiter import RateLimit, RateLimiter
from tests.support.clock import SetClock

THREE_A_MINUTE = RateLimit(3, 60)
FIVE_AN_HOUR = RateLimit(5, 3600)


class AttemptsContract:
    """Subclasses give `attempts`, and the `clock` that it goes by."""

    def test_a_limit_lets_so_many_through_and_says_how_long_to_wait(
        self, attempts: RateLimiter, clock: SetClock
    ) -> None:
        for _ in range(3):
            assert attempts.take("door", [THREE_A_MINUTE]) == 0
            clock.move(seconds=10)
        assert attempts.take("door", [THREE_A_MINUTE]) == 30

    def test_the_window_slides(self, attempts: RateLimiter, clock: SetClock) -> None:
        for _ in range(3):
            attempts.take("door", [THREE_A_MINUTE])
            clock.move(seconds=20)
        assert attempts.take("door", [THREE_A_MINUTE]) == 0
        assert attempts.take("door", [THREE_A_MINUTE]) == 20

    def test_what_was_refused_does_not_count(self, attempts: RateLimiter, clock: SetClock) -> None:
        for _ in range(10):
            attempts.take("door", [THREE_A_MINUTE])
        clock.move(seconds=60)
        assert attempts.take("door", [THREE_A_MINUTE]) == 0

    def test_every_limit_holds(self, attempts: RateLimiter, clock: SetClock) -> None:
        limits = [THREE_A_MINUTE, FIVE_AN_HOUR]
        taken = 0
        for _ in range(10):
            taken += attempts.take("door", limits) == 0
            clock.move(seconds=60)
        assert taken == 5
        assert attempts.wait("door", limits) > 60

    def test_looking_counts_nothing(self, attempts: RateLimiter) -> None:
        for _ in range(10):
            assert attempts.wait("door", [THREE_A_MINUTE]) == 0

    def test_keys_count_apart_and_are_forgotten_apart(self, attempts: RateLimiter) -> None:
        for key in ("front", "back"):
            for _ in range(3):
                attempts.take(key, [THREE_A_MINUTE])
        attempts.forget("front")
        assert attempts.wait("front", [THREE_A_MINUTE]) == 0
        assert attempts.wait("back", [THREE_A_MINUTE]) > 0
