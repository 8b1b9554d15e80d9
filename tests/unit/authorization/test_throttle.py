"""Keys of the throttle that the API and the admin share."""

import pytest

from novacart.application.authorization.throttle import POLICIES, Throttle
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.support.clock import SetClock

# Case folding changes the normal form of these two.
SPELLINGS = ("\u1e96ari", "H\u0331ari", " \u1e96ARI ")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_a_login_share_one_count(spelling: str) -> None:
    throttle = Throttle(FakeRateLimiter(SetClock()))
    limit = POLICIES["sign_in"].login[0].amount
    for number in range(limit):
        login = SPELLINGS[number % len(SPELLINGS)]
        assert throttle.begin("sign_in", address=f"192.0.2.{number}", login=login) == 0
    assert throttle.begin("sign_in", address="198.51.100.1", login=spelling) > 0
    throttle.succeeded("sign_in", login=spelling)
    assert throttle.begin("sign_in", address="198.51.100.1", login=SPELLINGS[0]) == 0
