"""Databases that go away, come back, or have no room: 503 meanwhile, and nothing lost."""

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
from tests.support.crash_harness import MortalShop
from tests.support.crash_journeys import Travels, Trip
from tests.support.databases import TestRun, create_schema
from tests.support.fake_stripe.server import FakeStripe
from tests.support.postgres import PostgresServer
from tests.support.process_harness import Street, killed

SHOPPERS = 4


class Crowd:
    """Customers who order without a pause, and note what they were answered."""

    def __init__(self, shop: MortalShop) -> None:
        travels = Travels.through(shop)
        self.shop = shop
        self.trips = [
            Trip(shop, f"shopper{n}", travels.owner, stock=10_000) for n in range(SHOPPERS)
        ]
        self.answers: Counter[int] = Counter()
        self.without_delay: list[int] = []
        self.acknowledged: list[tuple[Trip, int]] = []
        self._lock = threading.Lock()
        self._enough = threading.Event()

    @contextmanager
    def shopping(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._shop, args=(trip,)) for trip in self.trips]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            for thread in threads:
                thread.join(60)
                assert not thread.is_alive()

    def wait_for(self, status: int, *, more: int = 1, seconds: float = 20) -> float:
        """How long it took until so many more were answered so."""
        begun = time.monotonic()
        goal = self.answers[status] + more
        while self.answers[status] < goal:
            assert time.monotonic() - begun < seconds, self.answers
            time.sleep(0.01)
        return time.monotonic() - begun

    def assert_nothing_lost(self) -> None:
        for trip, order_id in self.acknowledged:
            assert trip.person.get(f"/api/orders/{order_id}/").status_code == 200
        self.shop.work()
        assert self.shop.contradictions() == []

    def _shop(self, trip: Trip) -> None:
        while not self._enough.is_set():
            body = {"product_id": trip.product, "quantity": 1}
            self._note(trip.person.post("/api/cart/add/", body))
            answer = trip.person.post(
                "/api/orders/create/", {"address_id": trip.address, "payment_method": "COD"}
            )
            if self._note(answer) == 201:
                order_id: int = answer.get_json()["id"]
                with self._lock:
                    self.acknowledged.append((trip, order_id))

    def _note(self, answer: Any) -> int:  # noqa: ANN401 (the test client's own)
        status: int = answer.status_code
        with self._lock:
            self.answers[status] += 1
            if status == 503 and "Retry-After" not in answer.headers:
                self.without_delay.append(status)
        return status

    def assert_told_politely(self) -> None:
        """Whatever was not done was refused for the moment, and with a moment to come back."""
        assert set(self.answers) <= {200, 201, 400, 409, 503}, self.answers
        assert self.without_delay == []


def _cut(server: str, *, database: str) -> int:
    """End every connection to the database: how many there were."""
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        return len(
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [database],
            ).fetchall()
        )


def test_connections_that_are_killed_cost_a_503_at_most(
    postgresql_url: str, test_run: TestRun, fake_stripe: FakeStripe, tmp_path: Path
) -> None:
    with closing(MortalShop(postgresql_url, fake_stripe, tmp_path)) as shop:
        crowd = Crowd(shop)
        with crowd.shopping():
            crowd.wait_for(201)
            for _ in range(20):
                _cut(test_run.postgres_url(), database=postgresql_url.rpartition("/")[2])
                crowd.wait_for(201)
        crowd.assert_told_politely()
        crowd.assert_nothing_lost()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server of this test's own, since it is stopped."""
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    server = PostgresServer(folder)
    server.start()
    yield server
    server.crash()


def test_a_server_that_stops_at_once_is_a_503_and_forgets_nothing(
    server: PostgresServer, fake_stripe: FakeStripe, tmp_path: Path
) -> None:
    create_schema(server.url())
    with closing(MortalShop(server.url(), fake_stripe, tmp_path)) as shop:
        crowd = Crowd(shop)
        with crowd.shopping():
            crowd.wait_for(201, more=5)
            server.crash()
            crowd.wait_for(503, more=5)
            shop.wait(1)
            answer = shop.client.get("/api/health/ready/")
            assert answer.status_code == 503
            assert shop.client.get("/api/health/").status_code == 200
            server.start()
            assert crowd.wait_for(201, more=5) < 10
        crowd.assert_told_politely()
        crowd.assert_nothing_lost()


@contextmanager
def _full(database: Database) -> Iterator[None]:
    """The database file can't grow, as on a file system without room."""

    def fill(connection: Any, *_: object) -> None:  # noqa: ANN401 (the driver's own)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def empty(connection: Any, *_: object) -> None:  # noqa: ANN401 (likewise)
        connection.execute("PRAGMA max_page_count = 1073741823")

    database.dispose()
    event.listen(database.engine, "checkout", fill)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", fill)
        event.listen(database.engine, "checkout", empty)


def test_an_sqlite_file_that_cannot_grow_is_a_503_and_stays_whole(
    sqlite_url: str, fake_stripe: FakeStripe, tmp_path: Path
) -> None:
    with closing(MortalShop(sqlite_url, fake_stripe, tmp_path)) as shop:
        trip = Trip(shop, "asha", Travels.through(shop).owner)
        database = shop.injector.get(Database)
        kept = 1
        with _full(database):
            answer = trip.person.post("/api/addresses/", _LONG | {"name": "Asha"})
            while answer.status_code == 201:
                kept += 1
                answer = trip.person.post("/api/addresses/", _LONG | {"name": "Asha"})
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert shop.client.get("/api/products/").status_code == 200
            with database.reading() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        order = trip.paid()
        assert trip.person.get(f"/api/orders/{order['id']}/").get_json()["status"] == "PAID"
        assert len(trip.person.get("/api/addresses/").get_json()) == kept
        assert shop.contradictions() == []


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


def test_without_a_translation_the_same_would_be_a_500(
    sqlite_url: str, fake_stripe: FakeStripe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the driver's error, as it comes."""

    def as_it_is(_: DBAPIError) -> None:
        return None

    with closing(MortalShop(sqlite_url, fake_stripe, tmp_path)) as shop:
        trip = Trip(shop, "asha", Travels.through(shop).owner)
        monkeypatch.setattr("novacart.adapters.persistence.database.to_port_error", as_it_is)
        with _full(shop.injector.get(Database)):
            asked = (trip.person.post("/api/addresses/", _LONG | {"name": "A"}) for _ in range(45))
            assert any(answer.status_code == 500 for answer in asked)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_process_that_may_write_no_further_says_so_and_goes_on_when_it_may(
    street: Street, database_url: str
) -> None:
    """The operating system's own refusal, of the file that SQLite appends to."""
    path = Path(database_url.removeprefix("sqlite:///"))
    web = street.process("serve")
    try:
        street.sign_in("asha")
        street.done("POST", "/api/addresses/", _LONG | {"name": "Asha"})
        street.limit_files(web, path.with_name(f"{path.name}-wal").stat().st_size)
        answers = [street.ask("POST", "/api/addresses/", _LONG | {"name": "Asha"})]
        while answers[-1][0] == 201:
            answers.append(street.ask("POST", "/api/addresses/", _LONG | {"name": "Asha"}))
        assert answers[-1][0] == 503
        street.limit_files(web, resource.RLIM_INFINITY)
        street.done("POST", "/api/addresses/", _LONG | {"name": "Asha"})
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            kept = connection.execute("SELECT count(*) FROM addresses").fetchone()[0]
        assert kept == len(answers) + 1
    finally:
        killed(web)
