"""Servers that a benchmark starts on loopback ports of their own, and stops again."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.http_wire import Request
from benchmarks.load_generator import ServerStuck, send_once

ROOT: Final = Path(__file__).parents[1]
SECRET_KEY: Final = "benchmarks-sign-nothing-that-anybody-else-would-trust"  # noqa: S105 (it guards nothing)
WEBHOOK_SECRET: Final = "benchmarks-sign-their-own-events"  # noqa: S105 (likewise)
_START_TIMEOUT: Final = 30.0
_STOP_TIMEOUT: Final = 35.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server's port, and its first process, whose number is that of the group of them all."""

    port: int
    process: int


class ServerFailed(Exception):
    """A server did not start; the message ends with what it said."""


def shop_environment(database_url: str, folder: Path, **more: str) -> dict[str, str]:
    """A production shop on this database, which lets one client ask as often as it likes."""
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET_KEY,
        "RATELIMIT_ENABLED": "False",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "VAR_DIR": str(folder / "var"),
        **more,
    }


@contextmanager
def shop_server(
    environment: Mapping[str, str], folder: Path, *, checkout: Path = ROOT
) -> Iterator[Server]:
    """`novacart serve` as in production, of this checkout or another."""
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
    blocking_threads: int = 1,
) -> Iterator[Server]:
    """A WSGI application under granian; it is up when `path` answers 200."""
    port = _free_port()
    command = [
        "-m",
        "benchmarks.granian_command",
        target,
        *map(str, (port, workers, blocking_threads)),
    ]
    with _running(command, environment, folder, port, path) as server:
        yield server


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], folder: Path, port: int, path: str
) -> Iterator[Server]:
    # In a folder of its own there is no .env to read; the log goes where production's would.
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"server-{port}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**_own_environment(), **_code(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(process, port, path, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def _code(checkout: Path) -> dict[str, str]:
    """Where Python finds this checkout's shop before any that is installed."""
    return {"PYTHONPATH": f"{checkout / 'src'}{os.pathsep}{ROOT}"}


def _own_environment() -> dict[str, str]:
    """What a program needs to run; no setting of a shop that happens to be set here."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _wait_until_it_answers(
    process: "subprocess.Popen[bytes]", port: int, path: str, log: Path
) -> None:
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
