"""Servers under test, on free loopback ports."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Final, Self

from benchmarks.load_generator import Request, ServerStuck, measure, once

ROOT: Final = Path(__file__).parents[1]
SECRET_KEY: Final = "a-key-of-the-benchmarks-alone-0123456789"  # noqa: S105 (it protects nothing)
WEBHOOK_SECRET: Final = "a-webhook-secret-of-the-benchmarks"  # noqa: S105 (likewise)
_START_TIMEOUT: Final = 30.0
_POLL_INTERVAL: Final = 0.01
_STOP_TIMEOUT: Final = 35.0
_CANNED_RESPONSE: Final = (
    b"HTTP/1.1 200 OK\r\nserver: canned\r\ncontent-type: application/json\r\n"
    b"content-length: 15\r\n\r\n" + b'{"status":"ok"}'
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server's port, and the id of its first process."""

    port: int
    process: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A folder with the code of a release, and the Python that has its dependencies."""

    folder: Path = ROOT
    python: Path = field(default_factory=lambda: Path(sys.executable))

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Another checkout. Raises `ServerFailed` if it has no `.venv`."""
        folder = folder.resolve()
        python = folder / ".venv" / "bin" / "python"
        if not python.exists():
            raise ServerFailed(f"{folder} has no .venv: run `make install` there.")
        return cls(folder=folder, python=python)

    @property
    def revision(self) -> str:
        """The abbreviated commit, with a plus if files differ from it; empty without git."""
        git = ["git", "-C", str(self.folder), "describe", "--always", "--dirty=+", "--exclude=*"]
        result = subprocess.run(git, capture_output=True, text=True, check=False)
        return result.stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
        """Let Python find the code of this checkout before an installed package."""
        return {"PYTHONPATH": f"{self.folder / 'src'}{os.pathsep}{self.folder}"}


class ServerFailed(Exception):
    """A server did not start; the message contains the end of its log."""


def shop_environment(database_url: str, folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a shop in production, without rate limits."""
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "RATELIMIT_ENABLED": "False",
        "MAX_UNPAID_ORDERS": "1000000",
        "MAX_OPEN_COD_ORDERS": "1000000",
        "MAX_RESERVED_UNITS": "1000000",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "VAR_DIR": str(folder / "var"),
        "EMAIL_BACKEND": "none",
        # A run may take longer than an hour.
        "ACCESS_TOKEN_LIFETIME": "1440",
        "FRONTEND_URL": "https://shop.example",
        **more,
    }


@contextmanager
def shop_server(
    environment: Mapping[str, str], folder: Path, checkout: Checkout | None = None
) -> Iterator[Server]:
    """Run `novacart serve`."""
    command = ["-m", "novacart.entrypoints.cli", "serve"]
    with _serving(command, environment, folder, checkout or Checkout()) as server:
        yield server


@contextmanager
def floor_server(environment: Mapping[str, str], folder: Path, routes: Path) -> Iterator[Server]:
    """Run the floor with recorded routes."""
    environment = {**environment, "FLOOR_ROUTES": str(routes)}
    with _serving(["-m", "benchmarks.floor_server"], environment, folder, Checkout()) as server:
        yield server


@contextmanager
def running_worker(
    environment: Mapping[str, str], folder: Path, checkout: Checkout
) -> Iterator[int]:
    """Run `novacart worker`; yield the id of its process once it has started."""
    command = ["-m", "novacart.entrypoints.cli", "worker"]
    log = folder / "worker.log"
    with _running(
        command, {**environment, **checkout.environment}, folder, log, checkout
    ) as worker:
        _wait_until_started(worker, log)
        yield worker.pid


@contextmanager
def cli_process(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    """Run a command of `novacart`; yield its process and its log. It is ended with the context."""
    checkout = Checkout()
    log = folder / f"{command[0]}.log"
    line = ["-m", "novacart.entrypoints.cli", *command]
    with _running(line, {**environment, **checkout.environment}, folder, log, checkout) as process:
        yield process, log


def migrate(environment: Mapping[str, str], folder: Path, checkout: Checkout) -> None:
    """Run `novacart migrate`."""
    folder.mkdir(parents=True, exist_ok=True)
    result = subprocess.run(
        [str(checkout.python), "-m", "novacart.entrypoints.cli", "migrate"],
        cwd=folder,
        env={**_own_environment(), **checkout.environment, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ServerFailed(f"`novacart migrate` failed:\n{result.stderr[-3000:]}")


@contextmanager
def granian_server(
    target: str,
    environment: Mapping[str, str],
    folder: Path,
    *,
    path: str,
    workers: int,
    interface: str = "wsgi",
) -> Iterator[Server]:
    """Run an application under granian; it has started when `path` returns 200."""
    port = _free_port()
    command = [
        "-m",
        "granian",
        "--interface",
        interface,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", str(workers)]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "30"]
    if interface == "rsgi":
        # As in `novacart serve`.
        command += ["--runtime-mode", "mt", "--runtime-threads", "2"]
    command += ["--log-level", "warning", target]
    checkout = Checkout()
    log = folder / f"server-{port}.log"
    with _running(
        command, {**checkout.environment, **environment}, folder, log, checkout
    ) as process:
        _wait_until_up(process, port, path, log)
        yield Server(port, process.pid)


@contextmanager
def canned_server() -> Iterator[int]:
    """Run a process that sends the same bytes for any request; yield its port.

    It shows the highest rate that the load generator can reach.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        port: int = listening.getsockname()[1]
        process = multiprocessing.get_context("fork").Process(
            target=_send_canned_responses, args=(listening, os.getpid()), daemon=True
        )
        process.start()
    try:
        yield port
    finally:
        process.terminate()
        process.join(5)


def _send_canned_responses(listening: socket.socket, parent: int) -> None:
    selector = DefaultSelector()
    selector.register(listening, EVENT_READ)
    while os.getppid() == parent:
        for key, _ in selector.select(1.0):
            if key.fileobj is listening:
                connection, _ = listening.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, EVENT_READ, connection)
            elif key.data.recv(65536):
                key.data.send(_CANNED_RESPONSE)
            else:
                selector.unregister(key.data)
                key.data.close()


@contextmanager
def _serving(
    command: list[str], environment: Mapping[str, str], folder: Path, checkout: Checkout
) -> Iterator[Server]:
    port = _free_port()
    environment = {**environment, **checkout.environment, "PORT": str(port)}
    log = folder / f"server-{port}.log"
    with _running(command, environment, folder, log, checkout) as process:
        _wait_until_up(process, port, "/api/health/", log)
        yield Server(port, process.pid)


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], folder: Path, log: Path, checkout: Checkout
) -> Iterator["subprocess.Popen[bytes]"]:
    # There is no .env file in the folder.
    folder.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(checkout.python), *command],
            cwd=folder,
            env={**_own_environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _own_environment() -> dict[str, str]:
    """Return the variables that a program needs, without settings of a shop."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _wait_until_started(worker: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while "worker_started" not in log.read_text(errors="replace"):
        if worker.poll() is not None or time.monotonic() > deadline:
            raise ServerFailed(f"The worker did not start:\n{log.read_text()[-3000:]}")
        time.sleep(_POLL_INTERVAL)


def _wait_until_up(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if not measure(port, once([Request.get(path).exchange])).failed:
                return
        except (OSError, ServerStuck):
            pass
        time.sleep(_POLL_INTERVAL)
    raise ServerFailed(f"The server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
