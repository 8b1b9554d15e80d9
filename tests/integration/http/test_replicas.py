"""The shop with a replica that lags: customers and staff see what they have changed."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from injector import Injector

from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import OrderId
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, create_owner, sign_in
from tests.support.databases import TestRun
from tests.support.query_counter import counted_statements
from tests.support.replication import ReplicatedServers, replicated_servers
from tests.support.shoppers import HOME, Shopper, new_product

DELAY = 0.4


@pytest.fixture(scope="module")
def servers(test_run: TestRun) -> Iterator[ReplicatedServers]:
    folder = test_run.new_folder("delayed")
    delay = {"recovery_min_apply_delay": f"{DELAY}s"}
    with replicated_servers(folder, replica_settings=delay) as servers:
        yield servers


@pytest.fixture
def database_url(servers: ReplicatedServers) -> str:
    return servers.url


@pytest.fixture
def app(make_app: MakeApp, servers: ReplicatedServers) -> Iterator[Flask]:
    app = make_app(
        CheapPasswords(), DATABASE_REPLICA_URLS=servers.replica_url, REPLICA_MAX_LAG="60"
    )
    injector: Injector = app.extensions["novacart.injector"]
    yield app
    injector.get(Replicas).close()


class Reads:
    """Reads until the replica responds, and compares the responses."""

    def __init__(self, injector: Injector) -> None:
        [replica] = injector.get(Replicas)._replicas
        self._replica = replica.database

    def __call__(self, read: Callable[[], Any]) -> Any:  # noqa: ANN401 (any JSON)
        """Return the first response, which the replica's must equal later."""
        first = read()
        deadline = time.monotonic() + 20
        while True:
            with counted_statements(self._replica) as statements:
                later = read()
            assert later == first
            if any("pg_last_wal_replay_lsn" not in statement for statement in statements):
                return first
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def reads(injector: Injector) -> Reads:
    return Reads(injector)


def test_customer_reads_each_change_at_once_and_later_from_the_replica(
    app: Flask, injector: Injector, reads: Reads
) -> None:
    product = new_product(injector, stock=10)
    client = app.test_client()
    reads(lambda: client.get("/api/products/").get_json())
    shopper = Shopper(client)
    get = shopper.person.get
    addresses = reads(lambda: get("/api/addresses/").get_json())
    assert [address["id"] for address in addresses] == [shopper.address]
    for quantity in (1, 2, 3):
        shopper.add(product)
        [line] = reads(shopper.cart)
        assert line["quantity"] == quantity
    order = shopper.order().get_json()
    assert reads(shopper.cart) == []
    [listed] = reads(lambda: get("/api/orders/my/").get_json()["results"])
    assert listed["id"] == order["id"]
    detail = reads(lambda: get(f"/api/orders/{order['id']}/").get_json())
    assert detail["status"] == "CONFIRMED"
    shopper.person.post("/api/products/wishlist/", {"product_id": product})
    assert len(reads(lambda: get("/api/products/wishlist/").get_json())) == 1


def test_without_positions_a_customer_reads_an_old_cart(
    app: Flask, injector: Injector, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    product = new_product(injector)
    shopper = Shopper(app.test_client(), "dev")
    reads(shopper.cart)
    monkeypatch.setattr(Replicas, "committed", lambda *_: None)
    shopper.add(product)
    assert shopper.cart() == []


def test_staff_read_the_product_that_they_have_changed(
    app: Flask, injector: Injector, reads: Reads
) -> None:
    product = new_product(injector)
    client = app.test_client()
    path = f"/api/products/{product}/"
    reads(lambda: client.get(path).get_json())
    create_owner(injector)
    owner = sign_in(client, "owner")
    for title in ("Blue kettle", "Red kettle"):
        response = client.patch(path, json={"title": title}, headers=owner.headers)
        assert response.status_code == 200
        assert owner.get(path).get_json()["title"] == title
    # Anybody else sees it when the replica does.
    deadline = time.monotonic() + 20
    while client.get(path).get_json()["title"] != "Red kettle":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_customer_reads_an_order_that_staff_have_changed(
    app: Flask, injector: Injector, reads: Reads
) -> None:
    product = new_product(injector)
    client = app.test_client()
    shopper = Shopper(client, "bina")
    order = shopper.ordered(product)
    path = f"/api/orders/{order['id']}/"
    reads(lambda: shopper.person.get(path).get_json())
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        changed = work.orders.get(OrderId(order["id"]))
        changed.start_processing(at=datetime.now(UTC), actor="staff:7")
        work.orders.save(changed)
        work.commit()
    assert reads(lambda: shopper.person.get(path).get_json())["status"] == "PROCESSING"


def test_address_of_a_new_customer_is_found_in_the_request_that_adds_it(
    app: Flask, injector: Injector
) -> None:
    new_product(injector)
    shopper = Shopper(app.test_client(), "chitra")
    for number in range(5):
        created = shopper.person.post("/api/addresses/", HOME | {"house_number": str(number)})
        assert created.get_json()["house_number"] == str(number)
