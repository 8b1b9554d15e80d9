"""Serve a WSGI application through granian's RSGI interface.

granian's own WSGI interface gives each connection a thread while its body arrives, so that a few
slow clients occupy every thread. Here the event loop reads the bodies and calls the application
only when a request is complete:

- safe methods (GET, HEAD, OPTIONS) run in the event loop, without a thread switch;
- other methods run in a pool of threads, since they may wait for a lock of the database;
- views marked with `calls_provider` run in a pool of their own (a bulkhead), so that a provider
  that hangs occupies none of the threads that other requests need.

Sources: PEP 3333 (WSGI), granian's RSGI specification.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, Protocol, TypeVar, cast
from urllib.parse import unquote_to_bytes
from wsgiref.types import InputStream, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from novacart.adapters.web.http.errors import ApiError

View = TypeVar("View", bound=Callable[..., object])

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_MARK: Final = "calls_provider"
_REJECTION: Final = "novacart.rejection"
_END: Final = object()


class Headers(Protocol):
    """The headers of a request; names are lower case."""

    def __contains__(self, name: str, /) -> bool: ...

    def items(self) -> Iterable[tuple[str, str]]: ...


class Scope(Protocol):
    """The head of a request."""

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


def calls_provider(view: View) -> View:
    """Mark a view that calls a payment provider or an image store: it runs in the bulkhead."""
    setattr(view, _MARK, True)
    return view


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """How a request body is read. Sizes are bytes, times seconds.

    A body must arrive within `timeout`, plus one second for each `min_rate` bytes. Up to `memory`
    bytes are kept in memory, then on disk. Bytes beyond `stored` are read and thrown away, up to
    `discarded`, so that a client that is still sending receives the 413 of the application.
    """

    timeout: float = 30.0
    min_rate: int = 64 * 1024
    memory: int = 1024 * 1024
    stored: int = 32 * 1024 * 1024
    discarded: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Sizes of the pools: `writes` and `provider` threads, and requests that may queue for each."""

    writes: int = 4
    provider: int = 8
    queue: int = 64


class _Pool:
    """Threads with a bounded queue. Used by the event loop's thread only."""

    def __init__(self, name: str, threads: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._limit = threads + queue
        self._running = 0

    @property
    def is_full(self) -> bool:
        return self._running >= self._limit

    async def run(self, call: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 (the call's own result)
        self._running += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, call, *arguments)
        finally:
            self._running -= 1

    def close(self) -> None:
        self._executor.shutdown()


@dataclass(slots=True)
class _Response:
    """What the application answered: `body` is not iterated yet."""

    body: Iterable[bytes] = ()
    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_streamed(self) -> bool:
        return not any(name.lower() == "content-length" for name, _ in self.headers)

    def close(self) -> None:
        if hasattr(self.body, "close"):
            self.body.close()


class RsgiApplication:
    """The RSGI callable of a Flask application. granian calls the `__rsgi…__` methods."""

    def __init__(
        self, app: Flask, *, limits: BodyLimits | None = None, threads: Threads | None = None
    ) -> None:
        self._app = app
        self._limits = limits or BodyLimits()
        self._threads = threads or Threads()

    def __rsgi_init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        sizes = self._threads
        self._writes = _Pool("writes", sizes.writes, sizes.queue)
        self._provider = _Pool("provider", sizes.provider, sizes.queue)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        self._writes.close()
        self._provider.close()

    async def __rsgi__(self, scope: Scope, protocol: HttpProtocol) -> None:
        """Answer one request."""
        environ = build_environ(scope)
        rejection = await self._read_body(scope, protocol, environ)
        pool = None if rejection else self._pool_for(environ)
        if pool is not None and pool.is_full:
            pool, rejection = None, "busy"
        if rejection:
            environ[_REJECTION] = rejection
        context = copy_context()
        try:
            if pool is None:
                response, content = context.run(_call, self._app, environ)
            else:
                response, content = await pool.run(context.run, _call, self._app, environ)
            if content is None:
                await self._stream(protocol, response, context, pool or self._writes)
            else:
                protocol.response_bytes(response.status, response.headers, content)
        finally:
            cast("IO[bytes]", environ["wsgi.input"]).close()

    async def _read_body(
        self, scope: Scope, protocol: HttpProtocol, environ: WSGIEnvironment
    ) -> str | None:
        """Put the body into `environ`; return why the request must be rejected, if it must."""
        if "content-length" not in scope.headers and "transfer-encoding" not in scope.headers:
            environ["wsgi.input"] = BytesIO()
            return None
        limits = self._limits
        body: IO[bytes] = SpooledTemporaryFile(limits.memory)  # noqa: SIM115 (closed with the request)
        environ["wsgi.input"] = cast("InputStream", body)
        size = 0
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout_at(start + limits.timeout) as timeout:
                async for chunk in protocol:
                    if size < limits.stored:
                        body.write(chunk)
                    size += len(chunk)
                    if size > limits.stored + limits.discarded:
                        break
                    timeout.reschedule(start + limits.timeout + size / limits.min_rate)
        except TimeoutError:
            return "timeout"
        environ["CONTENT_LENGTH"] = str(size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        body.seek(0)
        return None

    def _pool_for(self, environ: WSGIEnvironment) -> _Pool | None:
        if environ["REQUEST_METHOD"] in _SAFE_METHODS:
            return None
        try:
            endpoint, _ = self._app.url_map.bind_to_environ(environ).match()
        except HTTPException:
            return None
        view = self._app.view_functions.get(endpoint)
        return self._provider if hasattr(view, _MARK) else self._writes

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
    path = scope.path
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1") if "%" in path else path,
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


def init_app(app: Flask) -> None:
    """Answer requests that the server rejected: 408 for a slow body, 503 for a full pool."""

    def reject() -> None:
        reason = request.environ.get(_REJECTION)
        if reason == "timeout":
            raise ApiError(
                "request_timeout",
                detail="The request body did not arrive in time.",
                headers={"Connection": "close"},
            )
        if reason == "busy":
            raise ApiError(
                "unavailable",
                detail="The server is busy. Try again in a few seconds.",
                headers={"Retry-After": "5"},
            )

    app.before_request(reject)
