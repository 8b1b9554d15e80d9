import pytest

from novacart.application import processor_time
from novacart.application.processor_time import yielding_processor


def test_processor_is_yielded_at_most_once_in_half_a_millisecond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    yielded: list[float] = []
    monkeypatch.setattr(processor_time, "_last", processor_time._LastYield())
    monkeypatch.setattr(processor_time, "perf_counter", lambda: now)
    monkeypatch.setattr(processor_time, "_yield", lambda: yielded.append(round(now, 4)))

    for _ in yielding_processor(range(5)):
        now += 0.0002
    now += 0.0004
    list(yielding_processor(range(2)))

    assert yielded == [100.0, 100.0006, 100.0014]
