"""The number of statements and commits of whole requests, authentication included."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from sqlalchemy import Connection, event

from novacart.adapters.persistence.database import Database
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.query_counter import counted_statements
from tests.support.shoppers import Shopper, new_product


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), DEBUG="True", EMAIL_BACKEND="file", RATELIMIT_ENABLED="False")


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


@contextmanager
def counted_commits(database: Database) -> Iterator[list[Connection]]:
    commits: list[Connection] = []

    def record(connection: Connection) -> None:
        commits.append(connection)

    event.listen(database.engine, "commit", record)
    try:
        yield commits
    finally:
        event.remove(database.engine, "commit", record)


def test_health_check_uses_no_statement(client: FlaskClient, injector: Injector) -> None:
    with counted_statements(injector.get(Database)) as statements:
        assert client.get("/api/health/").status_code == 200
    assert statements == []


@pytest.mark.parametrize("lines", [1, 5])
@pytest.mark.parametrize(
    "path",
    ["/api/cart/", "/api/products/wishlist/", "/api/orders/my/", "/api/orders/latest/", "{order}"],
)
def test_read_takes_one_statement_beside_authentication(
    asha: Shopper, injector: Injector, path: str, lines: int
) -> None:
    order = asha.ordered(*(new_product(injector) for _ in range(lines)))
    for product in [new_product(injector) for _ in range(lines)]:
        asha.add(product)
        asha.person.post("/api/products/wishlist/", {"product_id": product})
    with counted_statements(injector.get(Database)) as statements:
        response = asha.person.get(path.format(order=f"/api/orders/{order['id']}/"))
    assert response.status_code == 200
    assert len(statements) == 2, "\n".join(statements)


@pytest.mark.parametrize("path", ["/api/whoami/", "/api/my/dashboard/"])
def test_authentication_takes_one_statement(asha: Shopper, injector: Injector, path: str) -> None:
    with counted_statements(injector.get(Database)) as statements:
        assert asha.person.get(path).status_code == 200
    assert len(statements) == 1, "\n".join(statements)


@pytest.mark.parametrize("on_wishlist", [False, True])
@pytest.mark.parametrize("lines", [0, 8])
def test_addition_takes_four_statements_and_one_commit(
    *, asha: Shopper, injector: Injector, lines: int, on_wishlist: bool
) -> None:
    for product in [new_product(injector) for _ in range(lines)]:
        asha.add(product)
    kettle = new_product(injector)
    database = injector.get(Database)
    # SQLite has no DELETE in a CTE.
    most = 5 if on_wishlist and database.dialect == "sqlite" else 4
    for _ in range(2):  # a new line, then its quantity
        if on_wishlist:
            asha.person.post("/api/products/wishlist/", {"product_id": kettle})
        with counted_statements(database) as statements, counted_commits(database) as commits:
            asha.add(kettle)
        assert len(statements) <= most, "\n".join(statements)
        assert len(commits) == 1
    assert asha.person.get("/api/products/wishlist/").get_json() == []


def test_addition_takes_four_statements_beside_an_unpaid_order(
    asha: Shopper, injector: Injector
) -> None:
    asha.add(new_product(injector))
    asha.person.post("/api/payments/payment-intent/", {"address_id": asha.address})
    assert asha.person.get("/api/orders/latest/").get_json()["status"] == "PENDING"
    kettle = new_product(injector)
    with counted_statements(injector.get(Database)) as statements:
        asha.add(kettle)
    assert len(statements) <= 4, "\n".join(statements)


@pytest.mark.parametrize("lines", [1, 3, 8])
def test_order_takes_ten_statements_and_one_commit_for_any_number_of_lines(
    asha: Shopper, injector: Injector, lines: int
) -> None:
    for product in [new_product(injector) for _ in range(lines)]:
        asha.add(product)
    database = injector.get(Database)
    with counted_statements(database) as statements, counted_commits(database) as commits:
        response = asha.order(payment_method="ONLINE", address_id=asha.address)
    assert len(response.get_json()["items"]) == lines
    assert len(statements) <= 10, "\n".join(statements)
    assert len(commits) == 1


def test_idempotency_key_takes_three_more_statements_and_two_more_commits(
    asha: Shopper, injector: Injector
) -> None:
    asha.add(new_product(injector))
    database = injector.get(Database)
    with counted_statements(database) as statements, counted_commits(database) as commits:
        response = asha.order(key="first")
    assert response.status_code == 201
    assert len(statements) <= 10 + 3, "\n".join(statements)
    assert len(commits) == 3


def test_sign_in_takes_eight_statements_and_one_commit(
    asha: Shopper, client: FlaskClient, injector: Injector
) -> None:
    assert asha.cart() == []
    # It sets the timeout of a connection for reading.
    sign_in(client)
    database = injector.get(Database)
    with counted_statements(database) as statements, counted_commits(database) as commits:
        response = client.post("/api/token/", json={"username": "asha", "password": PASSWORD})
    assert response.status_code == 200
    assert len(statements) <= 8, "\n".join(statements)
    assert len(commits) == 1
