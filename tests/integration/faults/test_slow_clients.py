"""Clients that stall, and a provider that hangs, do not keep others from being served."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from tests.support.process_harness import ProcessHarness
from tests.support.processes import PRODUCTION
from tests.support.shoppers import new_product

STALLED = 64
PAYMENTS = 8
# Seconds in which a request must be answered while others stall: it takes milliseconds, but the
# machine may be busy. All deadlines below are longer.
WAIT = 5.0
HEADER_TIMEOUT = 15
BODY_TIMEOUT = 20

HEAD = b"GET /api/health/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = (
    b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n{"
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The kind of database makes no difference here."""
    return sqlite_url


@contextmanager
def stalled(port: int, start: bytes) -> Iterator[list[socket.socket]]:
    """Open connections that send `start` and then nothing more."""
    with ExitStack() as stack:
        clients = []
        for _ in range(STALLED):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            client.sendall(start)
            clients.append(client)
        yield clients


def is_served(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def read_to_end(client: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    chunks = []
    while chunk := client.recv(65536):
        chunks.append(chunk)
    return b"".join(chunks)


def place_orders(processes: ProcessHarness) -> list[tuple[str, int]]:
    """Place one order of each of some customers; return their tokens and order ids."""
    with processes.application() as injector:
        product = new_product(injector, stock=PAYMENTS)
    orders = []
    for number in range(PAYMENTS):
        processes.token = ""
        processes.sign_in(f"asha{number}")
        processes.send_until_ok("POST", "/api/cart/add/", {"product_id": product})
        order = processes.send_until_ok("POST", "/api/orders/create/")
        orders.append((processes.token, order["id"]))
    return orders


def pay(port: int, token: str, order_id: int) -> int:
    """Ask for the payment of an order and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        body = json.dumps({"order_id": order_id})
        connection.request("POST", "/api/payments/payment-intent/", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


@contextmanager
def hanging_payments(processes: ProcessHarness) -> Iterator[list[Future[int]]]:
    """Start payments that all hang at the provider."""
    orders = place_orders(processes)
    processes.stripe.fault("hang", times=10 * PAYMENTS, path="/v1/payment_intents", seconds=60.0)
    with ThreadPoolExecutor(PAYMENTS) as threads:
        payments = [threads.submit(pay, processes.port, *order) for order in orders]
        try:
            assert processes.stripe.wait_until_held(PAYMENTS)
            yield payments
        finally:
            processes.stripe.clear_faults()
            processes.stripe.resume()


@pytest.mark.timeout(240)
def test_others_are_served_while_clients_stall_and_the_provider_hangs(
    processes: ProcessHarness,
) -> None:
    processes.environ |= {
        "HEADER_TIMEOUT": str(HEADER_TIMEOUT),
        "BODY_TIMEOUT": str(BODY_TIMEOUT),
    }
    server = processes.start("serve")
    port = processes.port
    try:
        with (
            hanging_payments(processes),
            stalled(port, HEAD) as heads,
            stalled(port, BODY) as bodies,
        ):
            for _ in range(5):
                assert is_served(port, "/api/health/"), server.output_text
                assert is_served(port, "/api/products/"), server.output_text
            # The provider's pool is full of payments; other writes have separate threads.
            processes.token = ""
            processes.sign_in("ravi")
            answers = {read_to_end(client)[9:12] for client in bodies}
            closed = {read_to_end(client) for client in heads}
        assert answers == {b"408"}
        assert not any(response.startswith(b"HTTP/1.1 200") for response in closed)
    finally:
        server.stop()
    processes.deliver_and_audit()


@pytest.mark.timeout(240)
def test_payments_at_the_provider_are_finished_when_the_server_stops(
    processes: ProcessHarness,
) -> None:
    server = processes.start("serve")
    with hanging_payments(processes) as payments:
        server.running.send_signal(signal.SIGTERM)
        processes.wait_until(lambda: not is_served(processes.port, "/api/health/"))
        processes.stripe.clear_faults()
        processes.stripe.resume()
        statuses = {payment.result() for payment in payments}
    assert server.running.wait(60) == 0, server.output_text
    assert statuses <= {200, 503}
    processes.deliver_and_audit()


NAIVE = """
from granian import Granian
from granian.constants import Interfaces
import os
Granian(
    "novacart.entrypoints.wsgi:app", port=int(os.environ["PORT"]), interface=Interfaces.WSGI,
    workers=1, blocking_threads=1, websockets=False,
).serve()
"""


@pytest.mark.timeout(240)
def test_stalled_bodies_stop_a_server_that_gives_each_a_thread(processes: ProcessHarness) -> None:
    """Negative control: granian's WSGI interface reads bodies in the application's threads."""
    environ = {"PATH": os.environ["PATH"]} | PRODUCTION | processes.environ
    server = subprocess.Popen(
        [sys.executable, "-c", NAIVE], env=environ, cwd=processes.folder, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not is_served(processes.port, "/api/health/"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        with stalled(processes.port, BODY):
            assert not is_served(processes.port, "/api/health/")
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
