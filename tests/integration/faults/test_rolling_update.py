"""A web server is replaced by the next one while customers send requests, as deploy.md says.

They send them to the server itself, through nginx and through Caddy.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.checkout import ADDRESS
from tests.support.continuous_requests import continuous_requests
from tests.support.databases import on_sqlite
from tests.support.process_harness import ProcessHarness
from tests.support.processes import TIMEOUT
from tests.support.proxies import Proxy, RunProxy, run_caddy, run_nginx
from tests.support.shoppers import new_product

# systemd passes the socket as file descriptor 3, with the id of the process.
_WITH_SOCKET = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.executable, [sys.executable, "-m", "novacart.entrypoints.cli", "serve"])
"""


class Systemd:
    """Starts web servers as the units do, and waits until they are ready."""

    def __init__(self, folder: Path, environ: dict[str, str], *, has_socket: bool) -> None:
        self._folder = folder
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        # DeferAcceptSec
        self._listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
        self._has_socket = has_socket
        self.port = self._listening.getsockname()[1]
        if not has_socket:
            self._listening.close()
        self._environ = environ | {
            "PATH": os.environ["PATH"],
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
            "ALLOWED_HOSTS": "shop.example",
            "TRUSTED_PROXIES": "1",
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
def start_systemd(processes: ProcessHarness, tmp_path: Path) -> Iterator[StartSystemd]:
    with ExitStack() as stack:

        def start(*, has_socket: bool) -> Systemd:
            systemd = Systemd(tmp_path, processes.environ, has_socket=has_socket)
            stack.callback(systemd.close)
            return systemd

        yield start


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    assert process.wait(TIMEOUT) == 0


@contextmanager
def run_none(port: int, _folder: Path) -> Iterator[Proxy]:
    """Send requests to the web server itself."""
    yield Proxy(port=port)


@contextmanager
def checkout_in_progress(customer: ProcessHarness, product: int) -> Iterator[None]:
    """A request that waits for Stripe until the end of the block, and must then succeed."""
    address = customer.send_until_ok("POST", "/api/addresses/", ADDRESS)["id"]
    customer.send_until_ok("POST", "/api/cart/add/", {"product_id": product, "quantity": 1})
    customer.stripe.fault("hang", when="after", method="POST", path="/v1/payment_intents")
    with ThreadPoolExecutor(1) as pool:
        path, body = "/api/payments/payment-intent/", {"address_id": address}
        checkout = pool.submit(customer.send, "POST", path, body, key="checkout")
        try:
            assert customer.stripe.wait_until_held()
            yield
        finally:
            customer.stripe.clear_faults()
            customer.stripe.resume()
        assert checkout.result(TIMEOUT)[0] == 200


@pytest.mark.timeout(240)
@on_sqlite
@pytest.mark.parametrize("run", [run_none, run_nginx, run_caddy])
def test_no_request_fails_while_web_servers_are_replaced(
    run: RunProxy, start_systemd: StartSystemd, processes: ProcessHarness, tmp_path: Path
) -> None:
    with processes.application() as injector:
        product = new_product(injector)
    systemd = start_systemd(has_socket=True)
    main = systemd.start()
    with (
        run(systemd.port, tmp_path) as proxy,
        continuous_requests(proxy) as (outcomes, wait_for_more),
    ):
        customer = replace(processes, proxy=proxy)
        customer.sign_in("asha")
        with checkout_in_progress(customer, product):
            update = systemd.start()
            main.terminate()
            wait_for_more()
        assert main.wait(TIMEOUT) == 0
        main = systemd.start()
        stop(update)
        wait_for_more()
        # Without another server, requests wait for the next one.
        stop(main)
        main = systemd.start()
        wait_for_more()
    stop(main)
    assert set(outcomes) == {"200", "401"}, outcomes
    processes.deliver_and_audit()


@on_sqlite
def test_requests_fail_while_a_server_with_its_own_socket_is_replaced(
    start_systemd: StartSystemd,
) -> None:
    """Negative control."""
    systemd = start_systemd(has_socket=False)
    main = systemd.start()
    with continuous_requests(Proxy(port=systemd.port)) as (outcomes, wait_for_more):
        stop(main)
        main = systemd.start()
        wait_for_more()
    stop(main)
    assert set(outcomes) & {"ConnectionRefusedError", "ConnectionResetError"}, outcomes
