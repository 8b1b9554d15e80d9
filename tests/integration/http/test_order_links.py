"""Routes of the links to the orders of guests."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.order_link import OrderLink
from novacart.domain.shared.ids import OrderId
from tests.support.accounts import CheapPasswords, ClockAt
from tests.support.clock import SetClock
from tests.support.query_counter import counted_statements
from tests.support.shoppers import Shopper, new_product


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock))


@pytest.fixture
def order(client: FlaskClient, injector: Injector) -> dict[str, Any]:
    """An unpaid order that is reached by link."""
    asha = Shopper(client)
    asha.add(new_product(injector))
    order: dict[str, Any] = asha.order(address_id=asha.address).get_json()
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    with begin() as work:
        stored = work.orders.get(OrderId(order["id"]))
        stored.link_generation = 1
        work.orders.save(stored)
        work.commit()
    return order


@pytest.fixture
def token(order: dict[str, Any], injector: Injector, clock: SetClock) -> str:
    link = OrderLink(
        order_id=OrderId(order["id"]), generation=1, expires_at=clock.now().replace(year=2100)
    )
    tokens: OrderLinkTokens = injector.get(OrderLinkTokens)  # type: ignore[type-abstract]
    return tokens.issue(link)


def test_lookup_answers_the_same_for_known_and_unknown_orders(
    client: FlaskClient, order: dict[str, Any]
) -> None:
    responses = [
        client.post("/api/orders/lookup/", json={"number": number, "email": email})
        for number, email in (
            (order["number"], "asha@example.com"),
            (order["number"], "ravi@example.com"),
            ("NC-20261102-222222", "asha@example.com"),
            ("no number", "no address"),
        )
    ]
    assert {response.status_code for response in responses} == {202}
    assert len({response.data for response in responses}) == 1


def test_lookup_does_the_same_work_for_known_and_unknown_orders(
    client: FlaskClient, order: dict[str, Any], injector: Injector
) -> None:
    """So its time shows as little as its response."""
    work = []
    for number, email in (
        (order["number"], "asha@example.com"),
        (order["number"], "ravi@example.com"),
        ("NC-20261102-222222", "asha@example.com"),
    ):
        with counted_statements(injector.get(Database)) as statements:
            client.post("/api/orders/lookup/", json={"number": number, "email": email})
        work.append(statements)
    assert work[0] == work[1] == work[2]
    assert not any("FROM orders" in statement for statement in work[0])


def test_order_of_link_is_masked(client: FlaskClient, order: dict[str, Any], token: str) -> None:
    response = client.post("/api/orders/link/", json={"token": token})
    assert response.status_code == 200
    shown = response.get_json()
    assert shown["number"] == order["number"]
    assert shown["address"]["pincode"] == order["address"]["pincode"]
    assert shown["address"]["house_number"] == shown["address"]["mobile"] == "•••"
    assert "no-store" in response.headers["Cache-Control"]


def test_order_is_cancelled_by_link_once(client: FlaskClient, token: str) -> None:
    responses = [client.post("/api/orders/link/cancel/", json={"token": token}) for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 409]


def test_claimed_order_is_in_own_orders_and_its_link_is_invalid(
    client: FlaskClient, order: dict[str, Any], token: str
) -> None:
    ravi = Shopper(client, "ravi")
    response = client.post("/api/orders/claim/", json={"token": token}, headers=ravi.person.headers)
    assert response.status_code == 200
    mine = client.get(f"/api/orders/{order['id']}/", headers=ravi.person.headers)
    assert mine.get_json()["number"] == order["number"]
    again = client.post("/api/orders/link/", json={"token": token})
    assert (again.status_code, again.get_json()["code"]) == (404, "order_link_not_valid")


def test_claim_without_account_is_refused(client: FlaskClient, token: str) -> None:
    assert client.post("/api/orders/claim/", json={"token": token}).status_code == 401
