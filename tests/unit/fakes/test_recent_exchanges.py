"""The fake recent exchanges."""

import pytest

from tests.fakes.recent_exchanges import FakeRecentExchanges
from tests.support.clock import SetClock
from tests.support.contracts.recent_exchanges import LEEWAY, RecentExchangesContract


class TestFakeRecentExchanges(RecentExchangesContract):
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def recent(self, clock: SetClock) -> FakeRecentExchanges:
        return FakeRecentExchanges(clock, leeway=LEEWAY)
