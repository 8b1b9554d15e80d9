from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter

from novacart.adapters.web.http import errors, frame, rate_limits, rsgi
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.endpoints import (
    MAX_BODY,
    Endpoint,
    accepts_upload,
    calls_provider,
    slow_read,
)
from novacart.adapters.web.http.rsgi import BodyLimits, RsgiApplication, build_environ
from novacart.adapters.web.http.threads import Threads


@dataclass
class Scope:
    method: str = "GET"
    path: str = "/echo"
    query_string: str = ""
    headers: Any = field(default_factory=dict)
    http_version: str = "1.1"
    server: str = "127.0.0.1:8000"
    client: str = "203.0.113.7:5000"
    scheme: str = "http"


class Pairs(list[tuple[str, str]]):
    """Headers with a repeated name."""

    def items(self) -> Iterator[tuple[str, str]]:
        return iter(self)


class Protocol:
    """A client that sends `chunks` and then nothing more; without an end if `stalls`."""

    def __init__(self, *chunks: bytes, stalls: bool = False) -> None:
        self._chunks = chunks
        self._stalls = stalls
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.streamed = False
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            self.read += 1
            yield chunk
        if self._stalls:
            await asyncio.Event().wait()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        self.status, self.headers, self.streamed = status, dict(headers), True
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.body += data


@pytest.fixture
def app() -> Flask:
    app = NovaCartFlask("test")
    frame.init_app(app)
    errors.init_app(app)

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> dict[str, object]:
        body = request.get_data()
        thread = threading.current_thread().name
        return {"size": len(body), "query": request.query_string.decode(), "thread": thread}

    @app.post("/provider")
    @calls_provider
    def provider() -> dict[str, str]:
        return {"thread": threading.current_thread().name}

    @app.post("/upload")
    @accepts_upload(2 * MAX_BODY)
    def upload() -> dict[str, int]:
        return {"size": len(request.get_data())}

    @app.get("/pages/report")
    def report() -> dict[str, str]:
        return {"thread": threading.current_thread().name}

    @app.put("/items/<name>/")
    def item(name: str) -> dict[str, str]:
        return {"name": name}

    @app.get("/unchanged")
    def unchanged() -> Response:
        return Response(status=304)

    @app.get("/stream")
    def stream() -> Response:
        return Response(iter(["one ", "two"]))

    return app


def send(
    app: Flask,
    scope: Scope,
    protocol: Protocol,
    *,
    limits: BodyLimits | None = None,
    threads: Threads | None = None,
) -> Protocol:
    application = RsgiApplication(app, limits=limits, threads=threads, threaded="/pages/")

    async def run() -> None:
        loop = asyncio.get_running_loop()
        application.__rsgi_init__(loop)
        await application.__rsgi__(scope, protocol)
        application.__rsgi_del__(loop)

    asyncio.run(run())
    return protocol


def post(size: int, path: str = "/echo") -> Scope:
    return Scope(method="POST", path=path, headers={"content-length": str(size)})


def test_get_runs_in_the_event_loop(app: Flask) -> None:
    sent = send(app, Scope(query_string="a=1"), Protocol())
    assert sent.status == 200
    assert b'"query":"a=1"' in sent.body
    assert b"MainThread" in sent.body


def test_query_that_is_not_percent_encoded_is_utf_8(app: Flask) -> None:
    """As `curl` sends it."""
    sent = send(app, Scope(query_string="search=दीया"), Protocol())
    assert json.loads(sent.body)["query"] == "search=दीया"


def test_post_runs_in_the_write_pool(app: Flask) -> None:
    sent = send(app, post(6), Protocol(b"abc", b"def"))
    assert b'"size":6' in sent.body
    assert b"writes" in sent.body


def test_marked_view_runs_in_the_provider_pool(app: Flask) -> None:
    assert b"provider" in send(app, post(0, "/provider"), Protocol()).body


@pytest.mark.parametrize(("path", "is_served"), [("/slow", True), ("/unmarked", False)])
def test_slow_read_delays_no_other_request(app: Flask, path: str, *, is_served: bool) -> None:
    """The unmarked view is the negative control."""
    quick_was_served = threading.Event()

    @app.get("/quick")
    def quick() -> list[bool]:
        quick_was_served.set()
        return []

    @app.get("/slow")
    @slow_read()
    def slow() -> list[bool]:
        return [quick_was_served.wait(10)]

    @app.get("/unmarked")
    def unmarked() -> list[bool]:
        return [quick_was_served.wait(0.01)]

    application = RsgiApplication(app, threads=Threads(slow_reads=1))
    answers = [Protocol(), Protocol()]

    async def run() -> None:
        loop = asyncio.get_running_loop()
        application.__rsgi_init__(loop)
        requests = [
            asyncio.create_task(application.__rsgi__(Scope(path=path), each)) for each in answers
        ]
        await asyncio.sleep(0)
        await application.__rsgi__(Scope(path="/quick"), Protocol())
        await asyncio.gather(*requests)
        application.__rsgi_del__(loop)

    asyncio.run(run())
    expected = b"[true]\n" if is_served else b"[false]\n"
    assert [each.body for each in answers] == [expected] * 2


@pytest.mark.parametrize(
    ("proxies", "headers"), [(0, {}), (1, {"x-forwarded-for": "198.51.100.9, 203.0.113.7"})]
)
@pytest.mark.parametrize(("path", "is_refused"), [("/search", True), ("/uncounted", False)])
def test_search_above_the_limit_waits_for_no_thread(
    app: Flask, path: str, proxies: int, headers: dict[str, str], *, is_refused: bool
) -> None:
    """The view whose searches the server does not know is the negative control."""
    refused_was_answered = threading.Event()
    app.extensions[rate_limits.SEARCHES] = rate_limits.SearchLimiter(1, lambda: 0.0)
    app.config["TRUSTED_PROXIES"] = proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies)  # type: ignore[method-assign]

    @app.get("/search")
    @slow_read(is_search=bool)
    def search() -> list[bool]:
        rate_limits.count_search()
        return [refused_was_answered.wait(0.1)]

    @app.get("/uncounted")
    @slow_read()
    def uncounted() -> list[bool]:
        return search()

    application = RsgiApplication(app, threads=Threads(slow_reads=1))
    client = "192.0.2.1:80" if proxies else "203.0.113.7:5000"
    scope = Scope(path=path, query_string="q=lamp", headers=headers, client=client)
    answers = [Protocol(), Protocol(), Protocol()]

    async def run() -> None:
        loop = asyncio.get_running_loop()
        application.__rsgi_init__(loop)
        waiting = [asyncio.create_task(application.__rsgi__(scope, each)) for each in answers[:2]]
        await asyncio.sleep(0)
        refused = asyncio.create_task(application.__rsgi__(scope, answers[2]))
        await asyncio.sleep(0)
        if answers[2].status:
            refused_was_answered.set()
        await asyncio.gather(*waiting, refused)
        application.__rsgi_del__(loop)

    asyncio.run(run())
    # Two searches were saved up.
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    assert [each.body for each in answers[:2]] == (
        [b"[true]\n"] * 2 if is_refused else [b"[false]\n"] * 2
    )


def test_search_whose_time_was_used_up_while_it_waited_is_refused(app: Flask) -> None:
    seconds = iter([0.0, 0.0, 0.0, 9.0, 9.0])
    app.extensions[rate_limits.SEARCHES] = rate_limits.SearchLimiter(5, lambda: next(seconds))

    @app.get("/search")
    @slow_read(is_search=lambda _query: True)
    def search() -> list[bool]:
        rate_limits.count_search()
        return []

    application = RsgiApplication(app, threads=Threads(slow_reads=1))
    answers = [Protocol(), Protocol()]

    async def run() -> None:
        loop = asyncio.get_running_loop()
        application.__rsgi_init__(loop)
        await asyncio.gather(
            *(application.__rsgi__(Scope(path="/search"), each) for each in answers)
        )
        application.__rsgi_del__(loop)

    asyncio.run(run())
    assert [each.status for each in answers] == [200, 429]


@pytest.mark.parametrize(
    ("requests", "expected"), [(1, 1), (2, 2), (8, 2), (9, 3), (11, 3), (12, 4), (40, 4)]
)
def test_more_threads_run_slow_reads_while_many_wait(
    app: Flask, requests: int, expected: int
) -> None:
    may_end = threading.Event()

    @app.get("/slow")
    @slow_read()
    def slow() -> list[bool]:
        return [may_end.wait(10)]

    application = RsgiApplication(app, threads=Threads(slow_reads=2, most_slow_reads=4))
    answers = [Protocol() for _ in range(requests)]

    async def run() -> None:
        loop = asyncio.get_running_loop()
        application.__rsgi_init__(loop)
        tasks = [
            asyncio.create_task(application.__rsgi__(Scope(path="/slow"), each)) for each in answers
        ]
        await asyncio.sleep(0)
        threads = slow_read_threads()
        assert len(threads) == expected
        may_end.set()
        await asyncio.gather(*tasks)
        for further in threads[2:]:
            further.join(10)
        assert slow_read_threads() == threads[:2]
        application.__rsgi_del__(loop)
        assert slow_read_threads() == []

    asyncio.run(run())
    assert [each.body for each in answers] == [b"[true]\n"] * requests


@pytest.mark.parametrize("limit", [1, 2])
def test_slow_reads_wait_for_the_threads_that_could_be_started(
    app: Flask, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """As with a container's limit of processes."""
    start = threading.Thread.start
    refused = []

    def start_within_limit(thread: threading.Thread) -> None:
        if len(slow_read_threads()) >= limit:
            refused.append(thread)
            message = "can't start new thread"
            raise RuntimeError(message)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_within_limit)

    @app.get("/slow")
    @slow_read()
    def slow() -> list[bool]:
        return []

    application = RsgiApplication(app, threads=Threads(slow_reads=2, most_slow_reads=4))
    answers = [Protocol() for _ in range(12)]

    async def run() -> None:
        loop = asyncio.get_running_loop()
        application.__rsgi_init__(loop)
        requests = (application.__rsgi__(Scope(path="/slow"), each) for each in answers)
        await asyncio.gather(*requests)
        application.__rsgi_del__(loop)

    asyncio.run(run())
    assert refused
    assert [each.body for each in answers] == [b"[]\n"] * 12


def slow_read_threads() -> list[threading.Thread]:
    named = [each for each in threading.enumerate() if each.name.startswith("slow_reads")]
    return sorted(named, key=lambda each: each.name)


@pytest.mark.parametrize(
    ("query", "is_slow"),
    [
        ("", False),
        ("page=2&", False),
        ("page=2&sort=price", False),
        ("page=2&colour=red", True),
        ("colour", True),
        ("%70age=2", True),
    ],
)
def test_read_is_slow_unless_all_parameters_are_quick(query: str, *, is_slow: bool) -> None:
    assert Endpoint(quick_parameters=frozenset({"page", "sort"})).is_slow(query) is is_slow


def test_read_without_quick_parameters_is_slow() -> None:
    assert Endpoint(quick_parameters=frozenset()).is_slow("")


def test_full_pool_answers_503_with_retry_after(app: Flask) -> None:
    full = Threads(writes=1, provider=1, queue=-1)
    sent = send(app, post(0, "/provider"), Protocol(), threads=full)
    assert (sent.status, sent.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(("method", "status"), [("GET", 503), ("HEAD", 503), ("OPTIONS", 200)])
def test_options_of_a_slow_read_waits_for_no_thread(app: Flask, method: str, status: int) -> None:
    """A browser sends one before a request from another origin."""

    @app.get("/slow")
    @slow_read()
    def slow() -> list[bool]:
        return []

    full = Threads(slow_reads=1, queue=-1)
    assert send(app, Scope(method, "/slow"), Protocol(), threads=full).status == status


def test_stalled_body_answers_408_and_closes(app: Flask) -> None:
    limits = BodyLimits(timeout=0.01)
    sent = send(app, post(1000), Protocol(b"{", stalls=True), limits=limits)
    assert (sent.status, sent.headers["Connection"]) == (408, "close")
    assert b'"code":"request_timeout"' in sent.body


@pytest.mark.parametrize("chunks", [(), (b"{}",)])
def test_body_shorter_than_its_content_length_is_rejected(
    app: Flask, chunks: tuple[bytes, ...]
) -> None:
    sent = send(app, post(1000), Protocol(*chunks))
    assert (sent.status, sent.headers["Connection"]) == (400, "close")
    assert b"The request body is incomplete." in sent.body


def test_chunked_body_that_ends_before_its_first_byte_is_rejected(app: Flask) -> None:
    scope = Scope(method="POST", headers={"transfer-encoding": "chunked"})
    sent = send(app, scope, Protocol())
    assert (sent.status, sent.headers["Connection"]) == (400, "close")


CHUNK = b"x" * (256 * 1024)


def test_body_over_the_limit_is_read_and_answers_413_with_the_limit(app: Flask) -> None:
    chunks = Protocol(*[CHUNK] * 10)
    sent = send(app, post(10 * len(CHUNK)), chunks)
    assert sent.status == 413
    assert b"the limit here is 1 MiB" in sent.body
    assert chunks.read == 10


def test_body_over_the_limit_is_not_stored(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[int] = []

    def write(_body: object, chunk: bytes, **_: object) -> None:
        stored.append(len(chunk))

    monkeypatch.setattr(rsgi._Body, "write", write)
    send(app, post(40 * len(CHUNK)), Protocol(*[CHUNK] * 40))
    assert sum(stored) <= MAX_BODY + len(CHUNK)


def test_upload_has_a_limit_of_its_own(app: Flask) -> None:
    sent = send(app, post(8 * len(CHUNK), "/upload"), Protocol(*[CHUNK] * 8))
    assert (sent.status, sent.body) == (200, b'{"size":2097152}\n')
    sent = send(app, post(9 * len(CHUNK), "/upload"), Protocol(*[CHUNK] * 9))
    assert sent.status == 413
    assert b"the limit here is 2 MiB" in sent.body


def test_reading_stops_at_the_discard_limit(app: Flask) -> None:
    limits = BodyLimits(discarded=len(CHUNK))
    sent = send(app, post(10**9), Protocol(*[CHUNK] * 8, stalls=True), limits=limits)
    assert sent.status == 413


def test_client_that_waits_for_permission_gets_the_413_at_once(app: Flask) -> None:
    scope = post(10**9)
    scope.headers["expect"] = "100-continue"
    sent = send(app, scope, Protocol(stalls=True))
    assert sent.status == 413


def test_bodies_together_are_bounded(app: Flask) -> None:
    """Small bodies are served all the same."""
    full = BodyLimits(total=0)
    sent = send(app, post(4 * len(CHUNK)), Protocol(*[CHUNK] * 4), limits=full)
    assert (sent.status, sent.headers["Retry-After"]) == (503, "5")
    assert send(app, post(5), Protocol(b"hello"), limits=full).status == 200


def test_space_of_a_body_is_free_again_after_its_request(app: Flask) -> None:
    application = RsgiApplication(app, limits=BodyLimits(total=5 * len(CHUNK)))

    async def run() -> list[int]:
        loop = asyncio.get_running_loop()
        application.__rsgi_init__(loop)
        statuses = []
        for _ in range(3):
            protocol = Protocol(*[CHUNK] * 4)
            await application.__rsgi__(post(4 * len(CHUNK)), protocol)
            statuses.append(protocol.status)
        application.__rsgi_del__(loop)
        return statuses

    assert asyncio.run(run()) == [200, 200, 200]


def test_url_of_a_write_is_matched_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    matched: list[str] = []
    match = MapAdapter.match

    def counted(adapter: MapAdapter, **_: object) -> object:
        matched.append(adapter.path_info)
        return match(adapter, return_rule=True)

    monkeypatch.setattr(MapAdapter, "match", counted)
    sent = send(app, Scope(method="PUT", path="/items/a b/"), Protocol())
    assert sent.body == b'{"name":"a b"}\n'
    assert matched == ["/items/a b/"]


def test_unmatched_url_of_a_write_is_an_error(app: Flask) -> None:
    assert send(app, post(0, "/nothing"), Protocol()).status == 404
    assert send(app, Scope(method="DELETE", path="/echo"), Protocol()).status == 405


def test_response_without_a_body_is_not_streamed(app: Flask) -> None:
    sent = send(app, Scope(path="/unchanged"), Protocol())
    assert (sent.status, sent.streamed) == (304, False)


def test_page_under_the_threaded_prefix_runs_in_the_write_pool(app: Flask) -> None:
    assert b"writes" in send(app, Scope(path="/pages/report"), Protocol()).body


def test_body_without_content_length_is_limited_too(app: Flask) -> None:
    scope = Scope(method="POST", headers={"transfer-encoding": "chunked"})
    assert b'"size":5' in send(app, scope, Protocol(b"hello")).body
    assert send(app, scope, Protocol(*[CHUNK] * 5)).status == 413


def test_body_without_content_length_is_streamed_back(app: Flask) -> None:
    sent = send(app, Scope(path="/stream"), Protocol())
    assert (sent.status, sent.body) == (200, b"one two")


def test_environ_has_the_bytes_of_the_path_and_drops_headers_with_underscores() -> None:
    environ = build_environ(
        Scope(path="/दीया/%41", headers={"x_forwarded_for": "10.0.0.1", "accept": "*/*"})
    )
    assert environ["PATH_INFO"] == "/दीया/%41".encode().decode("latin-1")
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert environ["HTTP_ACCEPT"] == "*/*"
    assert environ["REMOTE_ADDR"] == "203.0.113.7"


def test_environ_joins_repeated_headers() -> None:
    headers = Pairs([("x-forwarded-for", "a"), ("x-forwarded-for", "b")])
    assert build_environ(Scope(headers=headers))["HTTP_X_FORWARDED_FOR"] == "a,b"


def test_environ_reads_an_ipv6_client() -> None:
    assert build_environ(Scope(client="[2001:db8::1]:5000"))["REMOTE_ADDR"] == "2001:db8::1"
