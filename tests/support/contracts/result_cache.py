"""Contract of caches of results."""

from collections.abc import Iterator

import pytest

from novacart.application.ports.result_cache import CachedResult, ResultCache
from tests.support.clock import SetClock

SECONDS = 60


class ResultCacheContract:
    """Subclasses provide `cache`, which keeps results for `SECONDS`, and its `clock`."""

    @pytest.fixture
    def results(self) -> Iterator[bytes]:
        return iter([b"first\x00\xff", b"second", b"third"])

    def test_result_is_kept_for_its_time(
        self, cache: ResultCache, clock: SetClock, results: Iterator[bytes]
    ) -> None:
        def get() -> CachedResult:
            return cache.get("lamps", lambda: next(results))

        assert get() == (b"first\x00\xff", 0)
        clock.move(seconds=20)
        value, age = get()
        assert (value, 20 <= age < SECONDS) == (b"first\x00\xff", True)
        clock.move(seconds=SECONDS - 20)
        assert get() == (b"second", 0)

    def test_keys_have_their_own_results(
        self, cache: ResultCache, results: Iterator[bytes]
    ) -> None:
        values = [
            cache.get(key, lambda: next(results)).value for key in ("lamps", "coats", "lamps")
        ]
        assert values == [b"first\x00\xff", b"second", b"first\x00\xff"]

    def test_error_of_a_computation_is_raised_and_not_kept(
        self, cache: ResultCache, results: Iterator[bytes]
    ) -> None:
        def fail() -> bytes:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            cache.get("lamps", fail)
        assert cache.get("lamps", lambda: next(results)).value == b"first\x00\xff"
