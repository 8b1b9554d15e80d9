"""The load generator reads answers and tells figures rightly."""

import json
from array import array
from collections import Counter

import pytest

from benchmarks.http_wire import Head, ProtocolError, Request, read_head
from benchmarks.statistics import Run, figures_of, percentile


def run(latencies: list[int], *, seconds: float = 1.0, **more: object) -> Run:
    return Run(latencies=array("Q", latencies), seconds=seconds, **more)  # type: ignore[arg-type]


def test_an_answer_is_as_long_as_its_head_and_content_length() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello"
    assert read_head(answer) == Head(status=200, length=len(answer))


@pytest.mark.parametrize("name", [b"Content-Length", b"content-length", b"CONTENT-LENGTH"])
def test_header_names_are_the_same_in_any_case(name: bytes) -> None:
    assert read_head(b"HTTP/1.1 409 Conflict\r\n" + name + b":0\r\n\r\n") == (409, 43)


def test_half_a_head_says_nothing_yet() -> None:
    assert read_head(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n") is None


def test_a_body_that_looks_like_a_header_is_not_read_as_one() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\nx\r\nContent-Length: 9\r\n\r\n"
    assert read_head(answer) == Head(status=200, length=len(answer))


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(status: int) -> None:
    answer = b"HTTP/1.1 %d Some Words\r\netag: x\r\n\r\n" % status
    assert read_head(answer) == Head(status=status, length=len(answer))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx-content-length: 5\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n",
        b"HTTP/1.1 abc\r\ncontent-length: 5\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
    ],
)
def test_an_answer_whose_end_cannot_be_told_is_refused(answer: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_head(answer)


def test_a_read_is_sent_without_a_body() -> None:
    sent = Request.get("/api/cart/", token="abc").encoded()
    assert sent == (
        b"GET /api/cart/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer abc\r\n\r\n"
    )


def test_a_write_is_sent_as_json_with_its_length() -> None:
    head, _, body = (
        Request.post("/x/", {"a": 1}, headers={"X-Y": "z"}).encoded().partition(b"\r\n\r\n")
    )
    assert json.loads(body) == {"a": 1}
    assert b"\r\nContent-Length: 7" in head
    assert b"\r\nContent-Type: application/json" in head
    assert b"\r\nX-Y: z" in head


def test_a_body_of_bytes_is_sent_as_it_is() -> None:
    assert Request.post("/x/", b'{"a" : 1}').encoded().endswith(b'\r\n\r\n{"a" : 1}')


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1), (1, 1), (50, 50), (50.5, 51), (99, 99), (100, 100)]
)
def test_a_percentile_is_the_nearest_rank(percent: float, expected: int) -> None:
    assert percentile(range(1, 101), percent) == expected


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7], 50) == percentile([7], 99) == 7


def test_the_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 99) == 0


def test_several_runs_are_told_by_their_median_rate_and_all_their_latencies() -> None:
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


def test_wrong_statuses_and_broken_connections_both_count_as_failed() -> None:
    figures = figures_of([run([1], unexpected=Counter({500: 2, 409: 1}), broken=4)])
    assert figures.failed == 7


def test_a_run_without_an_answer_has_no_rate() -> None:
    assert run([], seconds=0.0).per_second == 0.0
