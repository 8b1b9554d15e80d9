"""A web server is replaced by the next one while customers send requests, as deploy.md says."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Protocol

import pytest

from tests.support.databases import on_sqlite
from tests.support.processes import PRODUCTION, TIMEOUT

CLIENTS = 6

# systemd passes the socket as file descriptor 3, with the id of the process.
_WITH_SOCKET = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.executable, [sys.executable, "-m", "novacart.entrypoints.cli", "serve"])
"""


class Systemd:
    """Starts web servers as the units do, and waits until they are ready."""

    def __init__(self, folder: Path, database_url: str, *, has_socket: bool) -> None:
        self._folder = folder
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        # DeferAcceptSec
        self._listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
        self._has_socket = has_socket
        self.port = self._listening.getsockname()[1]
        if not has_socket:
            self._listening.close()
        self._environ = PRODUCTION | {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(folder / "var"),
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
            "RATELIMIT_ENABLED": "False",
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self) -> "subprocess.Popen[bytes]":
        command, passed = ["-m", "novacart.entrypoints.cli", "serve"], []
        if self._has_socket:
            passed = [self._listening.fileno()]
            command = ["-c", _WITH_SOCKET, str(passed[0])]
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications,
            (self._folder / "serve.log").open("ab") as log,
        ):
            # The kernel chooses an abstract address.
            notifications.bind("")
            notifications.settimeout(TIMEOUT)
            address = notifications.getsockname().replace(b"\0", b"@", 1).decode()
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=self._folder,
                env=self._environ | {"NOTIFY_SOCKET": address},
                stdout=log,
                stderr=log,
                pass_fds=passed,
                start_new_session=True,
            )
            self._started.append(process)
            assert notifications.recv(100) == b"READY=1"
        return process

    def close(self) -> None:
        self._listening.close()
        for process in self._started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class StartSystemd(Protocol):
    def __call__(self, *, has_socket: bool) -> Systemd: ...


@pytest.fixture
def start_systemd(database_url: str, tmp_path: Path) -> Iterator[StartSystemd]:
    with ExitStack() as stack:

        def start(*, has_socket: bool) -> Systemd:
            systemd = Systemd(tmp_path, database_url, has_socket=has_socket)
            stack.callback(systemd.close)
            return systemd

        yield start


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    assert process.wait(TIMEOUT) == 0


@contextmanager
def clients(port: int) -> Iterator[tuple[Counter[str], Callable[[], None]]]:
    """Send requests until the end of the block. Yield the outcomes, and wait for more of them."""
    outcomes: Counter[str] = Counter()
    stopping = Event()

    def send(method: str, path: str, body: bytes | None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            return str(connection.getresponse().status)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def send_all() -> None:
        while not stopping.wait(0.01):
            outcomes[send("GET", "/api/products/", None)] += 1
            outcomes[send("POST", "/api/cart/add/", b"{}")] += 1

    def wait_for_more() -> None:
        enough = outcomes.total() + 10 * CLIENTS
        while outcomes.total() < enough:
            assert not stopping.wait(0.01)

    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(send_all) for _ in range(CLIENTS)]
        try:
            yield outcomes, wait_for_more
        finally:
            stopping.set()
    for each in running:
        each.result()


@on_sqlite
def test_no_request_fails_while_web_servers_are_replaced(start_systemd: StartSystemd) -> None:
    systemd = start_systemd(has_socket=True)
    main = systemd.start()
    with clients(systemd.port) as (outcomes, wait_for_more):
        wait_for_more()
        update = systemd.start()
        stop(main)
        wait_for_more()
        main = systemd.start()
        stop(update)
        wait_for_more()
        # Without another server, requests wait for the next one.
        stop(main)
        main = systemd.start()
        wait_for_more()
    stop(main)
    assert set(outcomes) == {"200", "401"}, outcomes


@on_sqlite
def test_requests_fail_while_a_server_with_its_own_socket_is_replaced(
    start_systemd: StartSystemd,
) -> None:
    """Negative control."""
    systemd = start_systemd(has_socket=False)
    main = systemd.start()
    with clients(systemd.port) as (outcomes, wait_for_more):
        stop(main)
        main = systemd.start()
        wait_for_more()
    stop(main)
    assert set(outcomes) & {"ConnectionRefusedError", "ConnectionResetError"}, outcomes
