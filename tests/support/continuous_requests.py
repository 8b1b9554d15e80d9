"""Customers who send requests all the time, such as during an update."""

import http.client
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from tests.support.proxies import HOST, Proxy

CLIENTS = 6


@contextmanager
def continuous_requests(proxy: Proxy) -> Iterator[tuple[Counter[str], Callable[[], None]]]:
    """Send requests until the end of the block. Yield the outcomes, and wait for more of them."""
    outcomes: Counter[str] = Counter()
    stopping = Event()

    def send(method: str, path: str, body: bytes | None) -> str:
        connection = proxy.connect()
        try:
            connection.request(method, path, body, HOST | {"Content-Type": "application/json"})
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
