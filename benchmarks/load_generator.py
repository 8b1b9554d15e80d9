"""Closed-loop HTTP load: each client sends its next request after the last response.

One thread with one epoll serves all connections, and requests are encoded beforehand, to use
little of the processor that the client shares with the server.
"""

import gc
import json
import re
import socket
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter_ns
from typing import Final, NamedTuple, Self

from benchmarks.metrics import Run

_HOST: Final = "127.0.0.1"
_BUFFER_SIZE: Final = 1 << 20
_TIMEOUT: Final = 20.0  # seconds without any response
_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
_BODILESS: Final = frozenset({204, 304})
_ENDLESS: Final = 1 << 62  # nanoseconds


class ServerStuck(Exception):
    """No response came for `_TIMEOUT` seconds, or the server accepted no connection."""


class ProtocolError(Exception):
    """The response is not HTTP/1.1 with Content-Length (RFC 9112)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a server on the loopback interface, and the status it must receive."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    expected: int = 200

    @classmethod
    def get(cls, path: str, *, token: str | None = None) -> Self:
        return cls(method="GET", path=path, headers=_authorization(token))

    @classmethod
    def post(
        cls,
        path: str,
        body: object,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        expected: int = 200,
    ) -> Self:
        """Encode `body` as JSON, unless it is bytes."""
        content = (
            body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        )
        fields = {"Content-Type": "application/json", **_authorization(token), **(headers or {})}
        return cls(method="POST", path=path, headers=fields, body=content, expected=expected)

    def encoded(self) -> bytes:
        fields = {"Host": "127.0.0.1", **self.headers}
        if self.body:
            fields["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join(lines).encode("ascii") + _END + self.body

    @property
    def exchange(self) -> "Exchange":
        return Exchange(self.encoded(), self.expected)


class Exchange(NamedTuple):
    """An encoded request, and the status that its response must have."""

    content: bytes
    expected: int


class Head(NamedTuple):
    """`length` of head and body in bytes."""

    status: int
    length: int


def read_head(received: bytes) -> Head | None:
    """Parse the head of a response; None while it is incomplete.

    Raises `ProtocolError` for a response without `Content-Length`.
    """
    end = received.find(_END)
    if end < 0:
        return None
    if not received.startswith(b"HTTP/1.1 ") or not received[9:12].isdigit():
        raise ProtocolError(f"not an HTTP/1.1 response: {received[:40]!r}")
    status = int(received[9:12])
    if status in _BODILESS:
        return Head(status, end + len(_END))
    # The first half of the blank line also ends the last header.
    length = _LENGTH.search(received, 0, end + 2)
    if length is None:
        raise ProtocolError(f"a response without Content-Length: {received[:end]!r}")
    return Head(status, end + len(_END) + int(length[1]))


def _authorization(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The requests of one measurement.

    A single script is shared by all `connections`. Of several scripts, each is sent by a
    connection of its own. Scripts are `repeated` for `seconds`, or sent once. Each connection's
    requests are measured in groups of `journey` requests: a group is what a rate counts, and its
    latency is the time from its first request to its last response.
    """

    scripts: Sequence[Sequence[Exchange]]
    repeated: bool = True
    journey: int = 1
    connections: int = 16
    seconds: float = 3.0


class _Client:
    """One connection, its requests, and the bytes of a response received so far."""

    __slots__ = ("expected", "received", "remaining", "requests", "socket", "started_at")

    def __init__(self, port: int, requests: Iterator[Exchange], journey: int) -> None:
        self.socket = socket.create_connection((_HOST, port), timeout=_TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A socket with a timeout would poll before each call, after epoll has done so.
        self.socket.settimeout(0)
        self.requests = requests
        self.received = b""
        self.expected = 0
        self.remaining = journey
        self.started_at = 0

    def send(self, request: Exchange) -> None:
        self.expected = request.expected
        # A request is smaller than the socket's buffer, which is empty here.
        if self.socket.send(request.content) != len(request.content):
            raise ProtocolError("the request did not fit into the socket's buffer")

    def receive(self) -> Head | None:
        """Return the response's head once its body is complete.

        Raises `ProtocolError` if the server closed the connection or sent more.
        """
        chunk = self.socket.recv(_BUFFER_SIZE)
        if not chunk:
            raise ProtocolError("the server closed the connection")
        received = self.received + chunk if self.received else chunk
        head = read_head(received)
        if head is None or len(received) < head.length:
            self.received = received
            return None
        if len(received) > head.length:
            raise ProtocolError("more than one response to one request")
        self.received = b""
        return head


class _Loop:
    """The state of one measurement."""

    def __init__(self, port: int, load: Load, selector: DefaultSelector) -> None:
        self._port = port
        self._selector = selector
        self._journey = load.journey
        scripts = [cycle(each) if load.repeated else iter(each) for each in load.scripts]
        self._scripts = scripts * load.connections if len(scripts) == 1 else scripts
        self._duration = int(load.seconds * 1e9) if load.repeated else _ENDLESS
        self._ends = 0
        self._in_flight = 0
        self.latencies = array("Q")
        self.unexpected: Counter[int] = Counter()
        self.broken = 0
        self.started = self.last = 0

    def run(self) -> None:
        clients = [self._connect(script) for script in self._scripts]
        self.started = self.last = perf_counter_ns()
        self._ends = self.started + self._duration
        for client in clients:
            self._in_flight += 1
            self._send_next(client)
        while self._in_flight:
            ready = self._selector.select(_TIMEOUT)
            if not ready:
                raise ServerStuck(
                    f"{self._in_flight} requests got no response in {_TIMEOUT:.0f} s."
                )
            for key, _ in ready:
                try:
                    self._receive(key.data)
                except (ProtocolError, OSError):
                    self.broken += 1
                    self._drop(key.data)
                    self._send_next(self._connect(key.data.requests))

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()

    def _connect(self, requests: Iterator[Exchange]) -> _Client:
        client = _Client(self._port, requests, self._journey)
        self._selector.register(client.socket, EVENT_READ, client)
        return client

    def _drop(self, client: _Client) -> None:
        self._selector.unregister(client.socket)
        client.socket.close()

    def _send_next(self, client: _Client) -> None:
        now = perf_counter_ns()
        request = next(client.requests, None) if now < self._ends else None
        if request is None:
            self._in_flight -= 1
            return
        if client.remaining == self._journey:
            client.started_at = now
        client.send(request)

    def _receive(self, client: _Client) -> None:
        head = client.receive()
        if head is None:
            return
        if head.status != client.expected:
            self.unexpected[head.status] += 1
        client.remaining -= 1
        if not client.remaining:
            client.remaining = self._journey
            self.last = perf_counter_ns()
            self.latencies.append(self.last - client.started_at)
        self._send_next(client)


def measure(port: int, load: Load) -> Run:
    """Send `load` to a port of this machine and measure it. Raises `ServerStuck`.

    It ends with the last response, so that requests which take longer than `seconds` count, too.
    """
    with DefaultSelector() as selector:
        loop = _Loop(port, load, selector)
        busy, started = time.process_time(), time.perf_counter()
        gc.disable()
        try:
            loop.run()
        finally:
            gc.enable()
            loop.close()
        wall = time.perf_counter() - started
        busy = time.process_time() - busy
    return Run(
        latencies=loop.latencies,
        seconds=(loop.last - loop.started) / 1e9,
        unexpected=loop.unexpected,
        broken=loop.broken,
        client_share=busy / wall,
    )


def once(script: Sequence[Exchange]) -> Load:
    """Return the load that sends each request once, one after the other."""
    return Load(scripts=[script], repeated=False, connections=1)


def fetch(port: int, request: Request) -> bytes:
    """Send one request and return the body of its response.

    Raises `AssertionError` for another status than the expected one.
    """
    client = _Client(port, iter(()), 1)
    with client.socket:
        client.socket.settimeout(_TIMEOUT)
        client.send(request.exchange)
        received = b""
        while (head := read_head(received)) is None or len(received) < head.length:
            chunk = client.socket.recv(_BUFFER_SIZE)
            if not chunk:
                raise ProtocolError("the server closed the connection")
            received += chunk
    body = received[received.find(_END) + len(_END) :]
    assert head.status == request.expected, body.decode(errors="replace")
    return body
