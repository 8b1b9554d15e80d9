"""The fake cache of results."""

import pytest

from tests.fakes.result_cache import FakeResultCache
from tests.support.clock import SetClock
from tests.support.contracts.result_cache import SECONDS, ResultCacheContract


class TestFakeResultCache(ResultCacheContract):
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def cache(self, clock: SetClock) -> FakeResultCache:
        return FakeResultCache(clock, seconds=SECONDS)
