"""What whole requests ask of the database, the user found by their token included."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from sqlalchemy import Connection, event

from novacart.adapters.persistence.database import Database
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords
from tests.support.builders.accounts import PASSWORD
from tests.support.query_counter import counted_statements
from tests.support.shoppers import Shopper, stocked


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), RATELIMIT_ENABLED="False")


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


@contextmanager
def counted_commits(database: Database) -> Iterator[list[Connection]]:
    commits: list[Connection] = []

    def note(connection: Connection) -> None:
        commits.append(connection)

    event.listen(database.engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(database.engine, "commit", note)


def test_health_asks_the_database_nothing(client: FlaskClient, injector: Injector) -> None:
    with counted_statements(injector.get(Database)) as statements:
        assert client.get("/api/health/").status_code == 200
    assert statements == []


@pytest.mark.parametrize("lines", [1, 5])
@pytest.mark.parametrize(
    "path",
    ["/api/cart/", "/api/products/wishlist/", "/api/orders/my/", "/api/orders/latest/", "{order}"],
)
def test_what_a_customer_reads_takes_one_query_beside_the_customer(
    asha: Shopper, injector: Injector, path: str, lines: int
) -> None:
    order = asha.ordered(*(stocked(injector) for _ in range(lines)))
    for product in [stocked(injector) for _ in range(lines)]:
        asha.add(product)
        asha.person.post("/api/products/wishlist/", {"product_id": product})
    with counted_statements(injector.get(Database)) as statements:
        answer = asha.person.get(path.format(order=f"/api/orders/{order['id']}/"))
    assert answer.status_code == 200
    assert len(statements) == 2, "\n".join(statements)


@pytest.mark.parametrize("path", ["/api/whoami/", "/api/my/dashboard/"])
def test_who_asks_is_found_by_one_query(asha: Shopper, injector: Injector, path: str) -> None:
    with counted_statements(injector.get(Database)) as statements:
        assert asha.person.get(path).status_code == 200
    assert len(statements) == 1, "\n".join(statements)


@pytest.mark.parametrize("lines", [1, 3, 8])
def test_an_order_takes_ten_statements_and_one_commit_whatever_is_in_it(
    asha: Shopper, injector: Injector, lines: int
) -> None:
    for product in [stocked(injector) for _ in range(lines)]:
        asha.add(product)
    database = injector.get(Database)
    with counted_statements(database) as statements, counted_commits(database) as commits:
        answer = asha.order(payment_method="ONLINE", address_id=asha.address)
    assert len(answer.get_json()["items"]) == lines
    # The customer is found by one more.
    finding_the_customer = 1
    assert len(statements) - finding_the_customer <= 10, "\n".join(statements)
    assert len(commits) == 1


def test_signing_in_takes_five_statements_and_one_commit(
    asha: Shopper, client: FlaskClient, injector: Injector
) -> None:
    assert asha.cart() == []
    database = injector.get(Database)
    with counted_statements(database) as statements, counted_commits(database) as commits:
        answer = client.post("/api/token/", json={"username": "asha", "password": PASSWORD})
    assert answer.status_code == 200
    assert len(statements) <= 5, "\n".join(statements)
    assert len(commits) == 1
