"""Shoppers who send requests at a steady rate, whether or not earlier responses are late."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from threading import Event, Thread
from time import perf_counter_ns, sleep
from typing import Final

from benchmarks.load_generator import Request

_TIMEOUT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Latencies:
    """Nanoseconds of reads and of writes, and the number of unexpected responses."""

    reads: "array[int]" = field(default_factory=lambda: array("Q"))
    writes: "array[int]" = field(default_factory=lambda: array("Q"))
    failures: list[str] = field(default_factory=list)

    @property
    def all(self) -> "array[int]":
        return self.reads + self.writes

    def __add__(self, other: "Latencies") -> "Latencies":
        return Latencies(
            self.reads + other.reads, self.writes + other.writes, self.failures + other.failures
        )


class SteadyLoad:
    """Each shopper repeats a script on a connection of its own, one request every `interval` s.

    A latency is measured from the time at which the request was due, so that a delay counts for
    each request that it delays.
    """

    def __init__(self, port: int, scripts: Sequence[Sequence[Request]], interval: float) -> None:
        self._port = port
        self._scripts = [cycle(script) for script in scripts]
        self._interval = int(interval * 1e9)

    def during(self, seconds: float) -> Latencies:
        """Run for some seconds."""
        load = self.start()
        sleep(seconds)
        return load.stop()

    def start(self) -> "RunningLoad":
        return RunningLoad(self._port, self._scripts, self._interval)


class RunningLoad:
    """Shoppers in threads, until `stop` is called."""

    def __init__(self, port: int, scripts: Sequence[Iterator[Request]], interval: int) -> None:
        self._port = port
        self._interval = interval
        self._stopping = Event()
        self._latencies = [Latencies() for _ in scripts]
        start = perf_counter_ns()
        self._threads = [
            Thread(
                target=self._shop,
                args=(script, start + interval * number // len(scripts), latencies),
                daemon=True,
            )
            for number, (script, latencies) in enumerate(zip(scripts, self._latencies, strict=True))
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Latencies:
        """Let each shopper finish the request that it has sent, and return all latencies."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        return sum(self._latencies, Latencies())

    def _shop(self, script: Iterator[Request], due: int, latencies: Latencies) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT)
        while not self._stopping.wait(max(due - perf_counter_ns(), 0) / 1e9):
            request = next(script)
            try:
                connection.request(
                    request.method, request.path, request.body or None, dict(request.headers)
                )
                response = connection.getresponse()
                body = response.read()
            except (OSError, HTTPException) as error:
                latencies.failures.append(f"{request.path}: {error!r}")
                connection.close()
            else:
                if response.status != request.expected:
                    latencies.failures.append(f"{request.path}: {response.status} {body[:200]!r}")
            is_read = request.method == "GET"
            (latencies.reads if is_read else latencies.writes).append(perf_counter_ns() - due)
            due += self._interval
        connection.close()
