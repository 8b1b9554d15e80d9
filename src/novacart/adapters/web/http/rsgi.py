"""Serve a WSGI application through granian's RSGI interface.

granian's own WSGI interface gives each connection a thread while its body arrives, so that a few
slow clients occupy every thread. Here the event loop reads the bodies and calls the application
only when a request is complete:

- safe methods (GET, HEAD, OPTIONS) run in the event loop, without a thread switch;
- GET and HEAD of views marked with `slow_read` run in a small pool of threads, so that no other
  request waits for them in the event loop. A search above the limit is refused before it waits;
- other methods, and the pages under `threaded`, run in a pool of threads, since they may wait for
  a lock of the database or for a long report;
- views marked with `calls_provider` run in a separate pool (a bulkhead), so that a provider
  that hangs occupies none of the threads that other requests need.

Sources: PEP 3333 (WSGI), granian's RSGI specification.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from io import BytesIO
from queue import Empty, SimpleQueue
from tempfile import SpooledTemporaryFile
from threading import Thread, current_thread
from typing import IO, Any, Final, Protocol, cast
from wsgiref.types import InputStream, WSGIApplication, WSGIEnvironment

from flask import Flask, Request
from werkzeug.exceptions import HTTPException

from novacart.adapters.web.http.app import BODY, MATCH, Matches
from novacart.adapters.web.http.endpoints import Endpoint, endpoint_of
from novacart.adapters.web.http.errors import ApiError
from novacart.adapters.web.http.rate_limits import count_coming_search
from novacart.adapters.web.http.threads import Threads
from novacart.application.authorization.throttle import TooManyAttempts

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# OPTIONS calls no view, so it is never slow.
_READS: Final = frozenset({"GET", "HEAD"})
_REJECTION: Final = "novacart.rejection"
_WITHOUT_BODY: Final = frozenset({204, 304})
_END: Final = object()
# A pool has a thread for each three requests, within its limits.
_REQUESTS_OF_A_THREAD: Final = 3

_Future = asyncio.Future[Any]
_Call = tuple[_Future, Callable[..., Any], tuple[object, ...]]


class Headers(Protocol):
    """The headers of a request; names are lower case."""

    def items(self) -> Iterable[tuple[str, str]]: ...


class Scope(Protocol):
    """The head of a request. granian copies a value at each access."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str

    @property
    def headers(self) -> Headers: ...


class Transport(Protocol):
    async def send_bytes(self, data: bytes, /) -> None: ...


class HttpProtocol(Protocol):
    """The body of a request, chunk by chunk, and the ways to answer it."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(
        self, status: int, headers: list[tuple[str, str]], body: bytes, /
    ) -> None: ...

    def response_stream(self, status: int, headers: list[tuple[str, str]], /) -> Transport: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """How a request body is read. Sizes are bytes, times seconds.

    A body must arrive within `timeout`, plus one second for each `min_rate` bytes. Up to `memory`
    bytes are kept in memory, then on disk. Bytes beyond the endpoint's limit are read and thrown
    away, up to `discarded`, so that a client that is still sending receives the 413 of the
    application. `total` bounds the bytes that the bodies of all requests occupy in memory and on
    disk; the first `memory_free` bytes of each do not count, so that uploads can't keep small
    requests from being served.
    """

    timeout: float = 30.0
    min_rate: int = 64 * 1024
    memory: int = 1024 * 1024
    discarded: int = 64 * 1024 * 1024
    total: int = 256 * 1024 * 1024
    memory_free: int = 64 * 1024


class _Pool:
    """Threads with a bounded queue. Used by the event loop's thread only.

    While many calls wait, there are up to `most` threads instead of `threads`. The database divides
    the processors equally among the calls that run, so that a process with most of the clients
    would otherwise have too small a share for them (decision 25).

    The futures of `ThreadPoolExecutor` can be shared by threads. To create one, and to copy its
    result to one of the event loop, takes as long as the switch of threads itself.
    """

    def __init__(self, name: str, threads: int, queue: int, *, most: int | None = None) -> None:
        self._name = name
        self._size = threads
        self._most = threads if most is None else most
        self._limit = threads + queue
        self._running = 0
        self._threads: list[Thread] = []
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()

    @property
    def is_full(self) -> bool:
        return self._running >= self._limit

    async def run(self, call: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 (the call's own result)
        self._running += 1
        try:
            if len(self._threads) < min(self._running, self._wanted):
                self._start_thread()
            future = asyncio.get_running_loop().create_future()
            self._calls.put((future, call, arguments))
            return await future
        finally:
            self._running -= 1

    def close(self) -> None:
        """Wait until all calls have returned."""
        threads = list(self._threads)
        for _ in threads:
            self._calls.put(None)
        for thread in threads:
            thread.join()

    @property
    def _wanted(self) -> int:
        return max(self._size, min(self._most, self._running // _REQUESTS_OF_A_THREAD))

    def _start_thread(self) -> None:
        # A daemon does not keep a process from ending that failed before `close`.
        thread = Thread(
            target=self._work if len(self._threads) < self._size else self._work_while_many_wait,
            name=f"{self._name}_{len(self._threads)}",
            daemon=True,
        )
        # Before it starts, since a thread that ends removes itself.
        self._threads.append(thread)
        try:
            thread.start()
        except RuntimeError:
            # The process may have no more threads. Those that it has run the calls.
            self._threads.remove(thread)
            if not self._threads:
                raise

    def _work(self) -> None:
        while (next_call := self._calls.get()) is not None:
            _perform(*next_call)
            # Otherwise an idle thread would keep the last request in memory.
            del next_call

    def _work_while_many_wait(self) -> None:
        with suppress(Empty):
            while len(self._threads) <= self._wanted and (next_call := self._calls.get_nowait()):
                _perform(*next_call)
                del next_call
        self._threads.remove(current_thread())


def _perform(future: _Future, call: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    resolve: Callable[[_Future, Any], None] = _set_result
    try:
        outcome = call(*arguments)
    except BaseException as error:  # noqa: BLE001 (the event loop raises it)
        resolve, outcome = _set_exception, error
    # The loop is closed if the server did not wait for the call.
    with suppress(RuntimeError):
        future.get_loop().call_soon_threadsafe(resolve, future, outcome)


def _set_result(future: _Future, result: Any) -> None:  # noqa: ANN401 (the call's own result)
    if not future.cancelled():
        future.set_result(result)


def _set_exception(future: _Future, error: BaseException) -> None:
    if not future.cancelled():
        future.set_exception(error)


@dataclass(slots=True)
class _Response:
    """What the application answered: `body` is not iterated yet."""

    body: Iterable[bytes] = ()
    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_streamed(self) -> bool:
        if self.status in _WITHOUT_BODY:
            return False
        return not any(name.lower() == "content-length" for name, _ in self.headers)

    def close(self) -> None:
        if hasattr(self.body, "close"):
            self.body.close()


class _Body:
    """A request body. `size` counts all bytes received, `occupied` those in the total."""

    def __init__(self) -> None:
        self.size = 0
        self.occupied = 0
        self._file: IO[bytes] | None = None

    def write(self, chunk: bytes, *, memory: int, length: int | None) -> None:
        if self._file is None and len(chunk) == length:
            self._file = BytesIO(chunk)
            return
        if self._file is None:
            self._file = cast("IO[bytes]", SpooledTemporaryFile(memory))  # noqa: SIM115 (closed with the request)
        self._file.write(chunk)

    def put_into(self, environ: WSGIEnvironment) -> None:
        environ["CONTENT_LENGTH"] = str(self.size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        if self._file is not None:
            self._file.seek(0)
            environ["wsgi.input"] = cast("InputStream", self._file)
        if isinstance(self._file, BytesIO):
            environ[BODY] = self._file.getvalue()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


_NO_BODY: Final = _Body()


class RsgiApplication:
    """The RSGI callable of a Flask application. granian calls the `__rsgi…__` methods."""

    def __init__(
        self,
        app: Flask,
        *,
        limits: BodyLimits | None = None,
        threads: Threads | None = None,
        threaded: str = "/admin/",
    ) -> None:
        self._app = app
        self._limits = limits or BodyLimits()
        self._threads = threads or Threads()
        self._threaded = threaded
        self._matches = Matches()
        self._occupied = 0

    def __rsgi_init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        sizes = self._threads
        self._writes = _Pool("writes", sizes.writes, sizes.queue)
        self._provider = _Pool("provider", sizes.provider, sizes.queue)
        self._slow_reads = _Pool(
            "slow_reads", sizes.slow_reads, sizes.queue, most=sizes.most_slow_reads
        )

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        for pool in (self._writes, self._provider, self._slow_reads):
            pool.close()

    async def __rsgi__(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request."""
        environ = build_environ(scope)
        rejection: str | TooManyAttempts | None = None
        body = _NO_BODY
        has_body = "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ
        endpoint = self._endpoint(environ)
        pool = self._pool(environ, endpoint)
        try:
            if has_body:
                body = _Body()
                rejection = await self._read_body(environ, protocol, body, endpoint.max_body)
                body.put_into(environ)
            if rejection is None and pool is self._slow_reads:
                rejection = self._refuse_search(environ, endpoint)
            if rejection is None and pool is not None and pool.is_full:
                rejection = "busy"
            if rejection is not None:
                environ[_REJECTION], pool = rejection, None
            context = copy_context()
            if pool is None:
                response, content = context.run(_call, self._app, environ)
            else:
                response, content = await pool.run(context.run, _call, self._app, environ)
            if content is None:
                await self._stream(protocol, response, context, pool or self._writes)
            else:
                protocol.response_bytes(response.status, response.headers, content)
        finally:
            self._occupied -= body.occupied
            body.close()

    def _pool(self, environ: WSGIEnvironment, endpoint: Endpoint) -> _Pool | None:
        """The threads in which a request runs; None: in the event loop."""
        method = environ["REQUEST_METHOD"]
        if method in _SAFE_METHODS and not environ["PATH_INFO"].startswith(self._threaded):
            is_slow = method in _READS and endpoint.is_slow(environ["QUERY_STRING"])
            return self._slow_reads if is_slow else None
        return self._provider if endpoint.calls_provider else self._writes

    def _refuse_search(
        self, environ: WSGIEnvironment, endpoint: Endpoint
    ) -> TooManyAttempts | None:
        """Count a search. If it is above the limit, it must not wait for a thread."""
        if endpoint.is_search is None or not endpoint.is_search(environ["QUERY_STRING"]):
            return None
        try:
            count_coming_search(self._app, environ)
        except TooManyAttempts as error:
            return error
        return None

    def _endpoint(self, environ: WSGIEnvironment) -> Endpoint:
        """Match the URL and cache the result for the application, which need not match it again."""
        match = self._matches.get(environ)
        if match is None:
            try:
                match = self._app.url_map.bind_to_environ(environ).match(return_rule=True)
            except HTTPException:
                return endpoint_of(self._app, None)
            self._matches.add(environ, match)
        environ[MATCH] = match
        return endpoint_of(self._app, match[0].endpoint)

    async def _read_body(
        self, environ: WSGIEnvironment, protocol: HttpProtocol, body: "_Body", limit: int
    ) -> str | None:
        """Store the body, up to `limit` bytes; return why to reject the request, if so."""
        declared = environ.get("CONTENT_LENGTH", "").partition(",")[0]
        length = int(declared) if declared.isdecimal() else None
        if "HTTP_EXPECT" in environ and length is not None and length > limit:
            # The client waits for permission to send: answer a body that is too large at once.
            body.size = length
            return None
        limits = self._limits
        rejection = None
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout_at(start + limits.timeout) as timeout:
                async for chunk in protocol:
                    if rejection is None and body.size <= limit:
                        # What is stored beyond the limit shows that the body is too large.
                        counted = max(0, body.size + len(chunk) - limits.memory_free)
                        growth = max(0, counted - body.occupied)
                        if self._occupied + growth > limits.total:
                            rejection = "busy"
                        else:
                            self._occupied += growth
                            body.occupied += growth
                            body.write(chunk, memory=limits.memory, length=length)
                    body.size += len(chunk)
                    # To wait for the end of a complete body takes another switch of threads.
                    if body.size == length or body.size > limit + limits.discarded:
                        break
                    timeout.reschedule(start + limits.timeout + body.size / limits.min_rate)
        except TimeoutError:
            return "timeout"
        if rejection is None and body.size <= limit:
            # granian ends a body whose client has disconnected like a complete one. An empty body
            # would be a valid request: a refund of everything that is left. A chunked body
            # announces no length, but one cut off after its first byte is not valid JSON.
            rejection = "incomplete" if body.size < (1 if length is None else length) else None
        return rejection

    async def _stream(
        self, protocol: HttpProtocol, response: _Response, context: Context, pool: _Pool
    ) -> None:
        transport = protocol.response_stream(response.status, response.headers)
        chunks: Iterator[bytes] = iter(response.body)
        try:
            while (chunk := await pool.run(context.run, next, chunks, _END)) is not _END:
                await transport.send_bytes(chunk)
        finally:
            await pool.run(context.run, response.close)


def _call(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[_Response, bytes | None]:
    """Call the application; the content is None if it is to be streamed."""
    response = _Response()

    def start_response(
        status: str, headers: list[tuple[str, str]], _exc_info: object = None
    ) -> Callable[[bytes], object]:
        response.status, response.headers = int(status[:3]), headers
        return _refuse_write

    response.body = app(environ, cast("Any", start_response))
    if isinstance(response.body, list | tuple):
        return response, b"".join(response.body)
    if response.is_streamed:
        return response, None
    try:
        return response, b"".join(response.body)
    finally:
        response.close()


def _refuse_write(_data: bytes) -> object:
    raise NotImplementedError("The write() callable of WSGI is not supported.")


def build_environ(scope: Scope) -> WSGIEnvironment:
    """Return the WSGI environment of a request, without its body.

    A header whose name has an underscore is dropped: in a WSGI environment it could not be told
    from the one with a hyphen, which a proxy may have set.
    """
    host, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _bytes_as_characters(scope.path),
        "QUERY_STRING": _bytes_as_characters(scope.query_string),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.input": BytesIO(),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if key := _COMMON_KEYS.get(name) or _environ_key(name):
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


def _bytes_as_characters(text: str) -> str:
    """Text that granian has decoded, as WSGI has it: each byte is a character (PEP 3333)."""
    return text if text.isascii() else text.encode().decode("latin-1")


def _environ_key(name: str) -> str | None:
    if "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


_COMMON_KEYS: Final = {
    name: _environ_key(name)
    for name in (
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "idempotency-key",
        "if-none-match",
        "origin",
        "referer",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "user-agent",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-request-id",
    )
}


def raise_rejection(request: Request) -> None:
    """Answer a request that the server rejected.

    408 for a slow body, 429 for a search above the limit, 503 for a full pool.
    """
    reason = request.environ.get(_REJECTION)
    if isinstance(reason, TooManyAttempts):
        raise reason
    if reason is not None:
        code, detail, headers = _REJECTIONS[reason]
        raise ApiError(code, detail, headers=headers)


_CLOSE: Final = {"Connection": "close"}
_REJECTIONS: Final = {
    "timeout": ("request_timeout", "The request body did not arrive in time.", _CLOSE),
    "incomplete": ("malformed_json", "The request body is incomplete.", _CLOSE),
    "busy": (
        "unavailable",
        "The server is busy. Try again in a few seconds.",
        {"Retry-After": "5"},
    ),
}
