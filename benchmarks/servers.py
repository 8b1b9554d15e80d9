"""Servers under test, on free loopback ports."""

import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Final

from benchmarks.load_generator import Request, ServerStuck, send_once

ROOT: Final = Path(__file__).parents[1]
SECRET_KEY: Final = "a-key-of-the-benchmarks-alone-0123456789"  # noqa: S105 (it protects nothing)
WEBHOOK_SECRET: Final = "a-webhook-secret-of-the-benchmarks"  # noqa: S105 (likewise)
_START_TIMEOUT: Final = 30.0
_STOP_TIMEOUT: Final = 35.0
_CANNED_RESPONSE: Final = (
    b"HTTP/1.1 200 OK\r\nserver: canned\r\ncontent-type: application/json\r\n"
    b"content-length: 15\r\n\r\n" + b'{"status":"ok"}'
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server's port, and the id of its first process and process group."""

    port: int
    process: int


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
        "FRONTEND_URL": "https://shop.example",
        **more,
    }


@contextmanager
def shop_server(
    environment: Mapping[str, str], folder: Path, *, checkout: Path = ROOT
) -> Iterator[Server]:
    """Run `novacart serve` of this checkout or another."""
    port = _free_port()
    command = ["-m", "novacart.entrypoints.cli", "serve"]
    environment = {**environment, **_code(checkout), "PORT": str(port)}
    with _running(command, environment, folder, port, "/api/health/") as server:
        yield server


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
    command += ["--log-level", "warning", target]
    with _running(command, environment, folder, port, path) as server:
        yield server


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
def _running(
    command: list[str], environment: Mapping[str, str], folder: Path, port: int, path: str
) -> Iterator[Server]:
    # There is no .env file in the folder.
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**_own_environment(), **_code(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_until_up(process, port, path, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def _code(checkout: Path) -> dict[str, str]:
    """Let Python find the code of this checkout before the installed package."""
    return {"PYTHONPATH": f"{checkout / 'src'}{os.pathsep}{ROOT}"}


def _own_environment() -> dict[str, str]:
    """Return the variables that a program needs, without settings of a shop."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _wait_until_up(process: "subprocess.Popen[bytes]", port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if send_once(port, [Request.get(path)]).failed == 0:
                return
        except (OSError, ServerStuck):
            pass
        time.sleep(0.05)
    raise ServerFailed(f"The server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
