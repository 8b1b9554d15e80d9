"""Load on a server that sends the same response to each request."""

from collections.abc import Iterator
from itertools import count

import pytest

from benchmarks import load_generator
from benchmarks.load_generator import Load, Request, fetch, measure, once
from benchmarks.servers import canned_server

REQUEST = Request.get("/api/health/")
TENTH = 10**8  # nanoseconds


@pytest.fixture
def port() -> Iterator[int]:
    with canned_server() as port:
        yield port


def test_rate_counts_journeys_of_several_requests(port: int) -> None:
    load = Load(scripts=[[REQUEST.exchange] * 8] * 4, repeated=False, journey=4)
    run = measure(port, load)
    assert len(run.latencies) == 8
    assert run.failed == 0


def test_each_request_of_a_shared_script_is_sent_once(port: int) -> None:
    load = Load(scripts=[[REQUEST.exchange] * 50], repeated=False, connections=4)
    assert len(measure(port, load).latencies) == 50


def test_repeated_script_is_sent_until_the_end_and_all_responses_count(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the clock takes a tenth of a second, so the third request is sent at 0.5.
    monkeypatch.setattr(load_generator, "perf_counter_ns", count(0, step=TENTH).__next__)
    load = Load(scripts=[[REQUEST.exchange]], connections=1, seconds=0.55)
    run = measure(port, load)
    assert list(run.latencies) == [TENTH, TENTH, TENTH]
    assert run.seconds == pytest.approx(0.6)


def test_unexpected_status_fails(port: int) -> None:
    request = Request.post("/api/orders/create/", {}, expected=201)
    assert measure(port, once([request.exchange])).failed == 1


def test_fetch_returns_the_body(port: int) -> None:
    assert fetch(port, REQUEST) == b'{"status":"ok"}'
