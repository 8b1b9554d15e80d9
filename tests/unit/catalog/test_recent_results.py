"""Results that may be some seconds old."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec, module_from_spec
from threading import Barrier, BrokenBarrierError

import pytest

from novacart.adapters.persistence.catalog.recent_results import RecentResults

SECONDS = 5


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Counter:
    """Returns 1, 2, 3 and so on, and an age."""

    def __init__(self, age: float = 0) -> None:
        self.calls = 0
        self._age = age

    def __call__(self) -> tuple[int, float]:
        self.calls += 1
        return self.calls, self._age


def test_result_is_cached_since_its_computation_began() -> None:
    clock, counter = Clock(), Counter()
    results = RecentResults[str, int](SECONDS, clock)

    def compute() -> tuple[int, float]:
        clock.now += 2
        return counter()

    assert results.get("lamps", compute) == 1
    clock.now += SECONDS - 3
    assert results.get("lamps", compute) == 1
    clock.now += 1
    assert results.get("lamps", compute) == 2


def test_result_that_was_cached_elsewhere_is_used_for_the_rest_of_its_time() -> None:
    clock, counter = Clock(), Counter(age=3)
    results = RecentResults[str, int](SECONDS, clock)
    shown = []
    for _ in range(4):
        shown.append(results.get("lamps", counter))
        clock.now += 1
    assert shown == [1, 1, 2, 2]


def test_keys_have_their_own_results() -> None:
    results, counter = RecentResults[str, int](SECONDS, Clock()), Counter()
    assert [results.get(key, counter) for key in ("lamps", "coats", "lamps")] == [1, 2, 1]


def test_results_are_not_cached_for_0_seconds() -> None:
    results, counter = RecentResults[str, int](0, Clock()), Counter()
    assert [results.get("lamps", counter) for _ in range(2)] == [1, 2]


def test_error_is_not_cached() -> None:
    results, counter = RecentResults[str, int](SECONDS, Clock()), Counter()

    def fail() -> tuple[int, float]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        results.get("lamps", fail)
    assert results.get("lamps", counter) == 1


def shown_at_system_times(results: RecentResults[str, int], set_clock: Clock) -> list[int]:
    """The result at a time of the system, an hour later and an hour earlier."""
    counter, shown = Counter(), []
    for seconds in (7_200, 10_800, 3_600):
        set_clock.now = float(seconds)
        shown.append(results.get("lamps", counter))
    return shown


@pytest.fixture
def system_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    return clock


def test_jump_of_the_system_clock_does_not_matter(system_clock: Clock) -> None:
    # A second copy of the module, which looks up the clock after it was replaced.
    spec = find_spec(RecentResults.__module__)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    results = module.RecentResults(1_800)
    assert shown_at_system_times(results, system_clock) == [1, 1, 1]


def test_result_is_kept_too_long_or_too_short_by_the_system_clock(system_clock: Clock) -> None:
    """Negative control: the clock is set back, and the result is used for another 90 minutes."""
    results = RecentResults[str, int](1_800, time.time)
    assert shown_at_system_times(results, system_clock) == [1, 2, 2]
    system_clock.now += 5_400
    assert results.get("lamps", Counter()) == 2


def test_oldest_result_is_deleted_above_the_limit() -> None:
    results, counter = RecentResults[int, int](SECONDS, Clock()), Counter()
    for key in range(results.MAX_KEYS):
        results.get(key, counter)
    assert results.get(0, counter) == 1
    results.get(results.MAX_KEYS, counter)
    assert results.get(0, counter) == results.MAX_KEYS + 2


Compute = Callable[[], tuple[bool, float]]


def results_of(threads: list[Callable[[Compute], bool]], *, within: float) -> list[bool]:
    """Call functions in threads, with one that returns whether two compute at the same time.

    It waits for the other one for `within` seconds.
    """
    both = Barrier(2)

    def compute() -> tuple[bool, float]:
        try:
            both.wait(within)
        except BrokenBarrierError:
            return False, 0
        return True, 0

    with ThreadPoolExecutor(len(threads)) as pool:
        return [each.result() for each in [pool.submit(get, compute) for get in threads]]


def test_only_one_thread_computes_a_result() -> None:
    results = RecentResults[str, bool](SECONDS)
    threads = [lambda compute: results.get("lamps", compute)] * 2
    assert results_of(threads, within=0.2) == [False, False]


def test_threads_compute_different_results_at_the_same_time() -> None:
    """Negative control: threads that do not wait for each other."""
    results = RecentResults[str, bool](SECONDS)
    assert results_of(
        [
            lambda compute: results.get("lamps", compute),
            lambda compute: results.get("coats", compute),
        ],
        within=60,
    ) == [True, True]
