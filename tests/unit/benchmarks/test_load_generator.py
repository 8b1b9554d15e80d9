"""Parsing of responses by the load generator, and the figures of runs."""

import json
from array import array
from collections import Counter

import pytest

from benchmarks.load_generator import Head, ProtocolError, Request, read_head
from benchmarks.metrics import Run, figures_of, percentile


def run(latencies: list[int], *, seconds: float = 1.0, **more: object) -> Run:
    return Run(latencies=array("Q", latencies), seconds=seconds, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [b"Content-Length", b"content-length"])
def test_length_includes_head_and_body(name: bytes) -> None:
    response = b"HTTP/1.1 200 OK\r\n" + name + b": 24\r\n\r\nx\r\nContent-Length: 9\r\n\r\n"
    assert read_head(response) == Head(status=200, length=len(response))


def test_incomplete_head_returns_none() -> None:
    assert read_head(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n") is None


def test_304_has_no_body() -> None:
    response = b"HTTP/1.1 304 Not Modified\r\netag: x\r\n\r\n"
    assert read_head(response) == Head(status=304, length=len(response))


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx-content-length: 5\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n",
    ],
)
def test_response_without_length_raises(response: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_head(response)


def test_post_is_encoded_as_json_with_its_length() -> None:
    encoded = Request.post("/x/", {"a": 1}, token="abc", headers={"X-Y": "z"}).encoded()
    head, _, body = encoded.partition(b"\r\n\r\n")
    assert json.loads(body) == {"a": 1}
    assert head.startswith(b"POST /x/ HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    for header in (b"Content-Length: 7", b"Authorization: Bearer abc", b"X-Y: z"):
        assert b"\r\n" + header in head


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 50), (50.5, 51), (100, 100)])
def test_percentile_is_the_nearest_rank(percent: float, expected: int) -> None:
    assert percentile(range(1, 101), percent) == expected


def test_figures_have_the_median_rate_and_percentiles_of_all_latencies() -> None:
    figures = figures_of(
        [
            run([1_000_000] * 98, seconds=1.0, client_share=0.2),
            run([3_000_000], seconds=1.0, client_share=0.5),
            run([9_000_000], seconds=0.1, client_share=0.1),
        ]
    )
    assert figures.per_second == 10
    assert figures.requests == 100
    assert (figures.p50_ms, figures.p99_ms) == (1.0, 3.0)
    assert figures.client_share == 0.5


def test_unexpected_statuses_and_broken_connections_count_as_failed() -> None:
    figures = figures_of([run([1], unexpected=Counter({500: 2, 409: 1}), broken=4)])
    assert figures.failed == 7
