"""Clients that stall and a provider that hangs do not keep others from being served."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

from tests.support.process_harness import ProcessHarness
from tests.support.processes import PRODUCTION, Process, free_port

STALLED = 64
PAYMENTS = 8
# Seconds in which others must be served while clients stall.
SOON = 1.0
# Deadlines of these tests: long enough for all connections to be open at once.
HEADER_TIMEOUT = 8
BODY_TIMEOUT = 12

HEAD = b"GET /api/health/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = (
    b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n{"
)


@contextmanager
def stalled(port: int, start: bytes, count: int = STALLED) -> Iterator[list[socket.socket]]:
    """Open connections that send `start` and then nothing more."""
    with ExitStack() as stack:
        clients = []
        for _ in range(count):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            client.sendall(start)
            clients.append(client)
        yield clients


def is_served(port: int, path: str, *, within: float) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def received(client: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    chunks = []
    while chunk := client.recv(65536):
        chunks.append(chunk)
    return b"".join(chunks)


def orders_to_pay(processes: ProcessHarness) -> list[tuple[str, int]]:
    """Place an order of each of some customers; return their tokens and order ids."""
    orders = []
    for number in range(PAYMENTS):
        processes.token = ""
        processes.sign_in(f"asha{number}")
        processes.send_until_ok("POST", "/api/cart/add/", {"product_id": 17})
        orders.append((processes.token, processes.send_until_ok("POST", "/api/orders/create/")["id"]))
    return orders


def open_payment(port: int, token: str, order_id: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = json.dumps({"order_id": order_id})
    try:
        connection.request("POST", "/api/payments/payment-intent/", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
