from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, Response, request

from novacart.adapters.web.http import errors, request_log, rsgi
from novacart.adapters.web.http.rsgi import BodyLimits, RsgiApplication, Threads, build_environ


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

    def __contains__(self, name: object) -> bool:
        return any(name == pair[0] for pair in self)

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

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        if self._stalls:
            await asyncio.Event().wait()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        self.status, self.headers = status, dict(headers)
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.body += data


@pytest.fixture
def app() -> Flask:
    app = Flask("test", static_folder=None)
    request_log.init_app(app)
    errors.init_app(app)
    rsgi.init_app(app)
    app.config["MAX_CONTENT_LENGTH"] = 100

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> dict[str, object]:
        body = request.get_data()
        thread = threading.current_thread().name
        return {"size": len(body), "query": request.query_string.decode(), "thread": thread}

    @app.post("/provider")
    @rsgi.calls_provider
    def provider() -> dict[str, str]:
        return {"thread": threading.current_thread().name}

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
    application = RsgiApplication(app, limits=limits, threads=threads)

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


def test_post_runs_in_the_write_pool(app: Flask) -> None:
    sent = send(app, post(6), Protocol(b"abc", b"def"))
    assert b'"size":6' in sent.body
    assert b"writes" in sent.body


def test_marked_view_runs_in_the_provider_pool(app: Flask) -> None:
    assert b"provider" in send(app, post(0, "/provider"), Protocol()).body


def test_full_pool_answers_503_with_retry_after(app: Flask) -> None:
    full = Threads(writes=1, provider=1, queue=-1)
    sent = send(app, post(0, "/provider"), Protocol(), threads=full)
    assert (sent.status, sent.headers["Retry-After"]) == (503, "5")


def test_stalled_body_answers_408_and_closes(app: Flask) -> None:
    limits = BodyLimits(timeout=0.01)
    sent = send(app, post(1000), Protocol(b"{", stalls=True), limits=limits)
    assert (sent.status, sent.headers["Connection"]) == (408, "close")
    assert b'"code":"request_timeout"' in sent.body


def test_body_over_the_limit_is_read_and_answers_413(app: Flask) -> None:
    limits = BodyLimits(stored=150, discarded=1000)
    sent = send(app, post(600), Protocol(*[b"x" * 100] * 6), limits=limits)
    assert sent.status == 413


def test_reading_stops_at_the_discard_limit(app: Flask) -> None:
    limits = BodyLimits(stored=150, discarded=200)
    sent = send(app, post(10_000), Protocol(*[b"x" * 100] * 5, stalls=True), limits=limits)
    assert sent.status == 413


def test_body_without_content_length_is_limited_too(app: Flask) -> None:
    scope = Scope(method="POST", headers={"transfer-encoding": "chunked"})
    assert b'"size":5' in send(app, scope, Protocol(b"hello")).body
    assert send(app, scope, Protocol(b"x" * 101)).status == 413


def test_body_without_content_length_is_streamed_back(app: Flask) -> None:
    sent = send(app, Scope(path="/stream"), Protocol())
    assert (sent.status, sent.body) == (200, b"one two")


def test_environ_decodes_the_path_and_drops_headers_with_underscores() -> None:
    environ = build_environ(
        Scope(path="/caf%C3%A9", headers={"x_forwarded_for": "10.0.0.1", "accept": "*/*"})
    )
    assert environ["PATH_INFO"] == "/café".encode().decode("latin-1")
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert environ["HTTP_ACCEPT"] == "*/*"
    assert environ["REMOTE_ADDR"] == "203.0.113.7"


def test_environ_joins_repeated_headers() -> None:
    headers = Pairs([("x-forwarded-for", "a"), ("x-forwarded-for", "b")])
    assert build_environ(Scope(headers=headers))["HTTP_X_FORWARDED_FOR"] == "a,b"


def test_environ_reads_an_ipv6_client() -> None:
    assert build_environ(Scope(client="[2001:db8::1]:5000"))["REMOTE_ADDR"] == "2001:db8::1"
