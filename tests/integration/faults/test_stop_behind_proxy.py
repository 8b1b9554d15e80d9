"""The web server is stopped behind nginx and Caddy while customers check out."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event

import psycopg
import pytest

from tests.support.checkout import ADDRESS
from tests.support.process_harness import ProcessHarness, kill
from tests.support.proxies import RunProxy, each_proxy
from tests.support.shoppers import new_product

PAY = "/api/payments/payment-intent/"
CUSTOMERS = 3
RESTARTS = 3


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


@dataclass
class Shop:
    """The harness sends requests through the proxy."""

    processes: ProcessHarness
    product: int

    def customer(self, name: str) -> tuple[ProcessHarness, int]:
        """Return a client of a new customer, and the customer's address."""
        client = replace(self.processes)
        client.sign_in(name)
        return client, client.send_until_ok("POST", "/api/addresses/", ADDRESS)["id"]

    def fill_cart(self, client: ProcessHarness) -> None:
        body = {"product_id": self.product, "quantity": 1}
        client.send_until_ok("POST", "/api/cart/add/", body)

    def wait_for_orders(self, number: int) -> None:
        enough = self.orders + number
        self.processes.wait_until(lambda: self.orders >= enough)

    @property
    def orders(self) -> int:
        url = self.processes.environ["DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT count(*) FROM orders").fetchone()
        return row[0] if row else 0


@contextmanager
def shop_behind(run: RunProxy, processes: ProcessHarness) -> Iterator[Shop]:
    """Run the shop behind the proxy, and audit it at the end."""
    processes.environ |= {
        "TRUSTED_PROXIES": "1",
        "ALLOWED_HOSTS": "shop.example,127.0.0.1",
        "MAX_OPEN_COD_ORDERS": "1000",
        "CART_MAX_PER_LINE": "1000",
        "MAX_RESERVED_UNITS": "10000",
    }
    with processes.application() as injector:
        product = new_product(injector, stock=10_000)
    with run(processes.port, processes.folder) as proxy:
        yield Shop(replace(processes, proxy=proxy), product)
    processes.deliver_and_audit()


@pytest.mark.timeout(240)
@each_proxy
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_checkout_in_progress_is_answered_after_sigterm(
    run: RunProxy, processes: ProcessHarness, number: signal.Signals
) -> None:
    """The order is stored, and the request waits for the provider. SIGKILL is the control."""
    with shop_behind(run, processes) as shop:
        web = processes.start("serve")
        try:
            client, address = shop.customer("asha")
            shop.fill_cart(client)
            processes.stripe.fault("hang", when="after", method="POST", path="/v1/payment_intents")
            with ThreadPoolExecutor() as pool:
                checkout = pool.submit(client.send, "POST", PAY, {"address_id": address}, key="a")
                assert processes.stripe.wait_until_held()
                web.running.send_signal(number) if number == signal.SIGTERM else kill(web)
                processes.stripe.clear_faults()
                processes.stripe.resume()
                status, document = checkout.result(60)
                web.running.wait(60)
            assert shop.orders == 1
            if number == signal.SIGTERM:
                assert (status, web.running.returncode) == (200, 0), web.output_text
            else:
                assert status in {0, 502}
            web = processes.start("serve")
            # The client repeats the request with its key, after a response and after an error.
            again = client.send_until_ok("POST", PAY, {"address_id": address}, key="a")
            assert number == signal.SIGKILL or again == document
            assert shop.orders == 1
            assert len(processes.stripe.ledger()["intents"]) == 1
        finally:
            kill(web)


@pytest.mark.timeout(240)
@each_proxy
def test_no_order_is_lost_or_doubled_while_the_server_is_restarted(
    run: RunProxy, processes: ProcessHarness
) -> None:
    """An error of the proxy means that the shop has not received the request."""
    with shop_behind(run, processes) as shop:
        web = processes.start("serve")
        stopping = Event()

        def order(client: ProcessHarness, address: int) -> list[int]:
            statuses = []
            while not stopping.is_set():
                shop.fill_cart(client)
                body = {"address_id": address, "payment_method": "COD"}
                statuses.append(client.send("POST", "/api/orders/create/", body)[0])
            return statuses

        try:
            customers = [shop.customer(f"customer{number}") for number in range(CUSTOMERS)]
            with ThreadPoolExecutor() as pool:
                running = [pool.submit(order, *each) for each in customers]
                for _ in range(RESTARTS):
                    shop.wait_for_orders(CUSTOMERS)
                    assert web.stop() == 0, web.output_text
                    web = processes.start("serve")
                shop.wait_for_orders(CUSTOMERS)
                stopping.set()
                statuses = [status for each in running for status in each.result(60)]
            assert set(statuses) <= {201, 502}, statuses
            assert shop.orders == statuses.count(201)
        finally:
            stopping.set()
            kill(web)
