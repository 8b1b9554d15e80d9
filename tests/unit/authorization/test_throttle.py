"""Delays after failed sign-ins, and the keys that attempts are counted under."""

import pytest

from novacart.application.authorization.throttle import (
    SignInAttempt,
    SignInThrottle,
    Throttle,
    TooManyAttempts,
    account_identity,
    name_identity,
)
from novacart.domain.shared.ids import UserId
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.support.clock import SetClock

ASHA = UserId(7)
HOME = "192.0.2.1"
HOUR = 3600


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def throttle(clock: SetClock) -> SignInThrottle:
    return SignInThrottle(FakeRateLimiter(clock))


def attempt(
    network: str = HOME, *, known: bool = False, identity: str = account_identity(ASHA)
) -> SignInAttempt:
    return SignInAttempt(identity=identity, device=network, network=network, known=known)


def fail(throttle: SignInThrottle, made: SignInAttempt) -> int:
    """Fail once; return the seconds to wait before the next attempt, 0 for none."""
    throttle.begin(made)
    return throttle.failed(made)


def delay(throttle: SignInThrottle, made: SignInAttempt) -> int:
    try:
        throttle.begin(made)
    except TooManyAttempts as error:
        return error.retry_after
    return 0


def test_delays_grow_and_never_exceed_an_hour(throttle: SignInThrottle, clock: SetClock) -> None:
    delays = []
    for _ in range(40):
        if seconds := fail(throttle, attempt()):
            delays.append(seconds)
            clock.move(seconds=seconds)
    assert delays[0] == 60
    assert delays[:3] == sorted(delays[:3])
    assert max(delays) <= HOUR
    assert any(seconds > 15 * 60 for seconds in delays)


def test_failures_of_one_network_do_not_delay_another(throttle: SignInThrottle) -> None:
    for _ in range(10):
        fail(throttle, attempt("203.0.113.1"))
    assert delay(throttle, attempt("203.0.113.1")) == 60
    assert delay(throttle, attempt()) == 0


@pytest.mark.slow
@pytest.mark.parametrize("identity", [account_identity(ASHA), name_identity("unknown")])
def test_at_most_a_hundred_failures_in_any_hour(
    throttle: SignInThrottle, clock: SetClock, identity: str
) -> None:
    made: list[int] = []
    for second in range(3 * HOUR):
        clock.move(seconds=1)
        known = second % 2 == 0
        network = f"192.0.2.{second % 40}" if known else f"203.0.{second // 256}.{second % 256}"
        if not delay(throttle, attempt(network, known=known, identity=identity)):
            made.append(second)
    for first in made:
        assert sum(first <= second < first + HOUR for second in made) <= 100
    assert len(made) > 200


def test_unknown_networks_do_not_delay_a_known_one(throttle: SignInThrottle) -> None:
    unknown = [attempt(f"203.0.113.{number}") for number in range(200)]
    for each in unknown:
        delay(throttle, each)
    assert delay(throttle, attempt("198.51.100.1")) > 0
    assert delay(throttle, attempt(HOME, known=True)) == 0


def test_success_resets_the_failures_of_the_device_and_the_account(
    throttle: SignInThrottle,
) -> None:
    for _ in range(2):
        for _ in range(9):
            assert fail(throttle, attempt()) == 0
        throttle.begin(attempt())
        throttle.succeeded(attempt())


def test_successful_attempts_of_one_device_are_bounded(
    throttle: SignInThrottle, clock: SetClock
) -> None:
    def sign_in(network: str) -> int:
        seconds = delay(throttle, attempt(network, known=True))
        if not seconds:
            throttle.succeeded(attempt(network, known=True))
        return seconds

    waits = [sign_in(HOME) for _ in range(31)]
    assert waits == [0] * 30 + [300]
    assert sign_in("192.0.2.2") == 0
    clock.move(minutes=5)
    assert sign_in(HOME) == 0


def test_network_is_delayed_after_a_hundred_failures_of_any_name(throttle: SignInThrottle) -> None:
    for number in range(100):
        fail(throttle, attempt(identity=name_identity(f"user{number}")))
    assert delay(throttle, attempt(identity=name_identity("another"))) == 900
    assert delay(throttle, attempt("192.0.2.2", identity=name_identity("another"))) == 0
    # A device that the user has signed in from is not delayed by others in its network.
    assert delay(throttle, attempt(known=True)) == 0


def test_unlock_lifts_every_delay_of_one_account(throttle: SignInThrottle) -> None:
    other = account_identity(UserId(71))
    for number in range(110):
        delay(throttle, attempt(f"203.0.113.{number % 3}"))
        delay(throttle, attempt(identity=other))
    assert set(throttle.delays(ASHA)) == {"", *(f"203.0.113.{number}" for number in range(3))}
    throttle.unlock(ASHA)
    throttle.unlock(ASHA)
    assert throttle.delays(ASHA) == {}
    assert delay(throttle, attempt("203.0.113.1")) == 0
    assert delay(throttle, attempt(identity=other)) > 0


def test_without_rate_limiter_nothing_is_delayed() -> None:
    throttle = SignInThrottle(None)
    assert {fail(throttle, attempt()) for _ in range(200)} == {0}
    assert throttle.delays(ASHA) == {}
    throttle.unlock(ASHA)


# Case folding changes the normal form of these two.
SPELLINGS = ("\u1e96ari", "H\u0331ari", " \u1e96ARI ")


def test_spellings_of_a_subject_share_one_count() -> None:
    throttle = Throttle(FakeRateLimiter(SetClock()))
    for number in range(5):
        throttle.begin("password_reset", address=f"192.0.2.{number}", subject=SPELLINGS[number % 3])
    for spelling in SPELLINGS:
        with pytest.raises(TooManyAttempts):
            throttle.begin("password_reset", address="198.51.100.1", subject=spelling)
        assert name_identity(spelling) == name_identity(SPELLINGS[0])
