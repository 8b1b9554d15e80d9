"""Databases that disconnect, stop or have no space: 503 meanwhile, and no order is lost."""

import resource
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence.database import Database
from tests.support.crash_harness import CrashHarness
from tests.support.crash_journeys import Customer, JourneyRunner
from tests.support.databases import TestRun, create_schema
from tests.support.fake_stripe.server import FakeStripe
from tests.support.postgres import PostgresServer
from tests.support.process_harness import ProcessHarness, kill

CUSTOMERS = 4


class OrderingCustomers:
    """Customers who place orders on threads, and the statuses of their responses."""

    def __init__(self, shop: CrashHarness) -> None:
        runner = JourneyRunner.create(shop)
        self.shop = shop
        self.customers = [
            Customer(shop, f"customer{n}", runner.owner, stock=10_000) for n in range(CUSTOMERS)
        ]
        self.statuses: Counter[int] = Counter()
        self.without_retry_after: list[int] = []
        self.acknowledged: list[tuple[Customer, int]] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()

    @contextmanager
    def placing_orders(self) -> Iterator[None]:
        threads = [
            threading.Thread(target=self._place_orders, args=(customer,))
            for customer in self.customers
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(60)
                assert not thread.is_alive()

    def wait_for(self, status: int, *, more: int = 1, seconds: float = 20) -> None:
        """Wait for `more` responses with this status."""
        deadline = time.monotonic() + seconds
        target = self.statuses[status] + more
        while self.statuses[status] < target:
            assert time.monotonic() < deadline, self.statuses
            time.sleep(0.01)

    def assert_acknowledged_orders_exist(self) -> None:
        for customer, order_id in self.acknowledged:
            assert customer.person.get(f"/api/orders/{order_id}/").status_code == 200
        self.shop.work()
        assert self.shop.violations() == []

    def _place_orders(self, customer: Customer) -> None:
        while not self._stop.is_set():
            body = {"product_id": customer.product, "quantity": 1}
            self._record(customer.person.post("/api/cart/add/", body))
            response = customer.person.post(
                "/api/orders/create/", {"address_id": customer.address, "payment_method": "COD"}
            )
            if self._record(response) == 201:
                order_id: int = response.get_json()["id"]
                with self._lock:
                    self.acknowledged.append((customer, order_id))

    def _record(self, response: Any) -> int:  # noqa: ANN401 (the test client's own)
        status: int = response.status_code
        with self._lock:
            self.statuses[status] += 1
            if status == 503 and "Retry-After" not in response.headers:
                self.without_retry_after.append(status)
        return status

    def assert_only_expected_statuses(self) -> None:
        """Assert that no response was a 500, and that each 503 had a Retry-After header."""
        assert set(self.statuses) <= {200, 201, 400, 409, 503}, self.statuses
        assert self.without_retry_after == []


def _cut(server: str, *, database: str) -> int:
    """Terminate every connection to the database; return their number."""
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        return len(
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [database],
            ).fetchall()
        )


def test_terminated_connections_cause_at_most_a_503(
    postgresql_url: str, test_run: TestRun, fake_stripe: FakeStripe, tmp_path: Path
) -> None:
    with closing(CrashHarness(postgresql_url, fake_stripe, tmp_path)) as shop:
        customers = OrderingCustomers(shop)
        with customers.placing_orders():
            customers.wait_for(201)
            for _ in range(20):
                _cut(test_run.postgres_url(), database=postgresql_url.rpartition("/")[2])
                customers.wait_for(201)
        customers.assert_only_expected_statuses()
        customers.assert_acknowledged_orders_exist()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server that this test may stop."""
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    server = PostgresServer(folder)
    server.start()
    yield server
    server.crash()


def test_crash_of_postgresql_is_a_503_and_loses_no_order(
    server: PostgresServer, fake_stripe: FakeStripe, tmp_path: Path
) -> None:
    create_schema(server.url())
    with closing(CrashHarness(server.url(), fake_stripe, tmp_path)) as shop:
        customers = OrderingCustomers(shop)
        with customers.placing_orders():
            customers.wait_for(201, more=5)
            server.crash()
            customers.wait_for(503, more=5)
            shop.wait(1)
            response = shop.client.get("/api/health/ready/")
            assert response.status_code == 503
            assert shop.client.get("/api/health/").status_code == 200
            server.start()
            customers.wait_for(201, more=5)
        customers.assert_only_expected_statuses()
        customers.assert_acknowledged_orders_exist()


@contextmanager
def _full(database: Database) -> Iterator[None]:
    """Keep the database file from growing, as a full file system does."""

    def limit_pages(connection: Any, *_: object) -> None:  # noqa: ANN401 (the driver's own)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def allow_pages(connection: Any, *_: object) -> None:  # noqa: ANN401 (likewise)
        connection.execute("PRAGMA max_page_count = 1073741823")

    database.dispose()
    event.listen(database.engine, "checkout", limit_pages)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", limit_pages)
        event.listen(database.engine, "checkout", allow_pages)


def test_full_sqlite_file_is_a_503_and_stays_intact(
    sqlite_url: str, fake_stripe: FakeStripe, tmp_path: Path
) -> None:
    with closing(CrashHarness(sqlite_url, fake_stripe, tmp_path)) as shop:
        customer = Customer(shop, "asha", JourneyRunner.create(shop).owner)
        database = shop.injector.get(Database)
        stored = 1
        with _full(database):
            response = customer.person.post("/api/addresses/", _LONG | {"name": "Asha"})
            while response.status_code == 201:
                stored += 1
                response = customer.person.post("/api/addresses/", _LONG | {"name": "Asha"})
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
            assert shop.client.get("/api/products/").status_code == 200
            with database.reading() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        order = customer.place_paid_order()
        assert customer.person.get(f"/api/orders/{order['id']}/").get_json()["status"] == "PAID"
        assert len(customer.person.get("/api/addresses/").get_json()) == stored
        assert shop.violations() == []


_LONG = {
    "mobile": "9000000001",
    "pincode": "560001",
    "state": "Karnataka",
    "district": "Bengaluru",
    "town": "Bengaluru",
    "house_number": "12A",
    "address": "x" * 200,
    "address_type": "HOME",
}


def test_full_sqlite_file_without_error_mapping_is_a_500(
    sqlite_url: str, fake_stripe: FakeStripe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the driver's error is not translated."""

    def untranslated(_: DBAPIError) -> None:
        return None

    with closing(CrashHarness(sqlite_url, fake_stripe, tmp_path)) as shop:
        customer = Customer(shop, "asha", JourneyRunner.create(shop).owner)
        monkeypatch.setattr("novacart.adapters.persistence.database.to_port_error", untranslated)
        with _full(shop.injector.get(Database)):
            responses = (
                customer.person.post("/api/addresses/", _LONG | {"name": "A"}) for _ in range(45)
            )
            assert any(response.status_code == 500 for response in responses)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_file_size_limit_is_a_503_until_it_is_lifted(
    processes: ProcessHarness, database_url: str
) -> None:
    """The operating system limits the write-ahead log of SQLite."""
    path = Path(database_url.removeprefix("sqlite:///"))
    web = processes.start("serve")
    try:
        processes.sign_in("asha")
        processes.send_until_ok("POST", "/api/addresses/", _LONG | {"name": "Asha"})
        processes.limit_files(web, path.with_name(f"{path.name}-wal").stat().st_size)
        responses = [processes.send("POST", "/api/addresses/", _LONG | {"name": "Asha"})]
        while responses[-1][0] == 201:
            responses.append(processes.send("POST", "/api/addresses/", _LONG | {"name": "Asha"}))
        assert responses[-1][0] == 503
        processes.limit_files(web, resource.RLIM_INFINITY)
        processes.send_until_ok("POST", "/api/addresses/", _LONG | {"name": "Asha"})
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            stored = connection.execute("SELECT count(*) FROM addresses").fetchone()[0]
        assert stored == len(responses) + 1
    finally:
        kill(web)
