"""A closed loop of clients: each sends its next request once its last one is answered.

One thread and one epoll serve all connections, and every request is bytes made beforehand, so
that the client takes as little as it can of the machine that it shares with the server.
"""

import gc
import socket
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter_ns
from typing import Final

from benchmarks.http_wire import Head, ProtocolError, Request, read_head
from benchmarks.statistics import Run

_HOST: Final = "127.0.0.1"
_PORTION: Final = 1 << 20
# Seconds without any answer at all, after which the server counts as stuck.
_PATIENCE: Final = 20.0


class ServerStuck(Exception):
    """No answer came for `_PATIENCE` seconds, or the server took no connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to send: `requests` in turn, again from the start where they may be `repeated`.

    It ends after `seconds`, or with the last request where they may not.
    """

    requests: Sequence[bytes]
    expected: int = 200
    repeated: bool = True
    connections: int = 16
    seconds: float = 3.0


class _Client:
    """One connection: what it sent when, and what came back so far."""

    __slots__ = ("received", "sent_at", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((_HOST, port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A socket with a timeout is polled before each call, which epoll has done already.
        self.socket.settimeout(0)
        self.received = b""
        self.sent_at = 0

    def send(self, request: bytes) -> None:
        self.sent_at = perf_counter_ns()
        # A request is smaller than the socket's buffer, which is empty by now.
        if self.socket.send(request) != len(request):
            raise ProtocolError("the request did not fit into the socket's buffer")

    def receive(self) -> Head | None:
        """The answer's head once all of it is there.

        Raises `ProtocolError` where the server closed the connection or sent more.
        """
        portion = self.socket.recv(_PORTION)
        if not portion:
            raise ProtocolError("the server closed the connection")
        received = self.received + portion if self.received else portion
        head = read_head(received)
        if head is None or len(received) < head.length:
            self.received = received
            return None
        if len(received) > head.length:
            raise ProtocolError("more than one answer to one request")
        self.received = b""
        return head


class _Loop:
    """The state of one measurement."""

    def __init__(self, port: int, load: Load, selector: DefaultSelector) -> None:
        self._port = port
        self._expected = load.expected
        self._selector = selector
        self._waiting = cycle(load.requests) if load.repeated else iter(load.requests)
        self._connections = load.connections
        self._nanoseconds = int(load.seconds * 1e9)
        self._ends = 0
        self._in_flight = 0
        self.latencies = array("Q")
        self.unexpected: Counter[int] = Counter()
        self.broken = 0
        self.began = self.last = 0

    def run(self) -> None:
        clients = [self._connect() for _ in range(self._connections)]
        self.began = self.last = perf_counter_ns()
        self._ends = self.began + self._nanoseconds
        for client in clients:
            self._in_flight += 1
            self._send_next(client)
        while self._in_flight:
            ready = self._selector.select(_PATIENCE)
            if not ready:
                raise ServerStuck(f"{self._in_flight} requests got no answer in {_PATIENCE:.0f} s.")
            for key, _ in ready:
                try:
                    self._receive(key.data)
                except (ProtocolError, OSError):
                    self.broken += 1
                    self._drop(key.data)
                    self._send_next(self._connect())

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()

    def _connect(self) -> _Client:
        client = _Client(self._port)
        self._selector.register(client.socket, EVENT_READ, client)
        return client

    def _drop(self, client: _Client) -> None:
        self._selector.unregister(client.socket)
        client.socket.close()

    def _send_next(self, client: _Client) -> None:
        request = next(self._waiting, None) if perf_counter_ns() < self._ends else None
        if request is None:
            self._in_flight -= 1
        else:
            client.send(request)

    def _receive(self, client: _Client) -> None:
        head = client.receive()
        if head is None:
            return
        now = perf_counter_ns()
        if now <= self._ends:
            self.last = now
            self.latencies.append(now - client.sent_at)
        if head.status != self._expected:
            self.unexpected[head.status] += 1
        self._send_next(client)


def measure(port: int, load: Load) -> Run:
    """Send `load` to a port of this machine and tell how it went.

    Answers that come after the time is up are waited for, and not counted. Raises
    `ServerStuck`.
    """
    with DefaultSelector() as selector:
        loop = _Loop(port, load, selector)
        busy, began = time.process_time(), time.perf_counter()
        gc.disable()
        try:
            loop.run()
        finally:
            gc.enable()
            loop.close()
        wall = time.perf_counter() - began
        busy = time.process_time() - busy
    return Run(
        latencies=loop.latencies,
        seconds=(loop.last - loop.began) / 1e9,
        unexpected=loop.unexpected,
        broken=loop.broken,
        client_share=busy / wall,
    )


def send_once(port: int, requests: Iterable[Request], *, expected: int = 200) -> Run:
    """Send each request once, one after another."""
    return measure(
        port,
        Load(
            requests=[request.encoded() for request in requests],
            expected=expected,
            repeated=False,
            connections=1,
            seconds=600.0,
        ),
    )
