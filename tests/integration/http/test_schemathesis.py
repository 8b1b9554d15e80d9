"""Whatever is sent, the answer is one that the OpenAPI document promises."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from schemathesis.core.failures import FailureGroup

from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.checkout import ADDRESS, Checkout
from tests.support.openapi_fuzzing import Explorer, Ids

MakeApp = Callable[..., Flask]
Json = dict[str, Any]
ROLES = ("nobody", "customer", "staff")
REACH = {"nobody": {"anyone"}, "customer": {"anyone", "user"}, "staff": {"anyone", "user", "staff"}}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database will do: what is made up is refused before either sees it."""
    return sqlite_url


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    # The sandbox plays the payment provider; limits would answer instead of the routes.
    return make_app(CheapPasswords(), DEBUG="True", RATELIMIT_ENABLED="False")


@pytest.fixture
def document(client: FlaskClient) -> Json:
    found: Json = client.get("/api/openapi.json").get_json()
    return found


class World:
    """A shop in which whoever acts has something of everything."""

    def __init__(self, client: FlaskClient, injector: Injector, role: str) -> None:
        self._shop = Checkout(client=client, injector=injector)
        self._person: Person = self._shop.staff() if role == "staff" else a_customer(client)
        self.headers = {} if role == "nobody" else self._person.headers

    def ids(self) -> Ids:
        """What there is now; made anew each time, since explorations use it up."""
        person = self._person
        for old in person.get("/api/addresses/").get_json():
            person.delete(f"/api/addresses/{old['id']}/")
        address = person.post("/api/addresses/", ADDRESS).get_json()["id"]
        products = [self._shop.product(), self._shop.product()]
        paid, unpaid = (self._order(products, address) for _ in range(2))
        references = [self._shop.intent(person, order["id"]) for order in (paid, unpaid)]
        self._shop.confirm(references[0]["payment_intent_id"])
        self._shop.work()
        line = person.post("/api/cart/add/", {"product_id": products[0]}).get_json()["id"]
        person.post("/api/products/wishlist/", {"product_id": products[1]})
        orders = [order["id"] for order in (paid, unpaid)]
        return {
            "product_id": [*products],
            "book_id": [*products],
            "address_id": [address],
            "order_id": orders,
            "orderId": orders,
            "itemId": [item["id"] for order in (paid, unpaid) for item in order["items"]],
            "line_id": [line],
            "payment_intent_id": [each["payment_intent_id"] for each in references],
        }

    def _order(self, products: list[Any], address: int) -> Json:
        self._person.delete("/api/cart/clear/")
        self._shop.fill(self._person, dict.fromkeys(products, 2))
        placed = self._person.post("/api/orders/create/", {"address_id": address})
        assert placed.status_code == 201, placed.text
        found: Json = placed.get_json()
        return found


def explore(
    app: Flask, document: Json, injector: Injector, role: str, examples: int
) -> dict[str, str]:
    """Explore every operation as `role`, one that is closed to it only briefly.

    Returns the broken promises, by operation.
    """
    world = World(app.test_client(), injector, role)
    thorough = Explorer(app=app, document=document, examples=examples)
    brief = Explorer(app=app, document=document, examples=1)
    broken, ids = {}, world.ids()
    for operation in thorough.operations():
        reached = operation.definition.raw["x-access"] in REACH[role]
        if reached and operation.method != "get":
            ids = world.ids()
        try:
            (thorough if reached else brief).explore(operation, world.headers, ids)
        except FailureGroup as promises:
            broken[operation.label] = str(promises)
    return broken


@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ROLES)
def test_no_answer_breaks_what_the_document_promises(
    app: Flask, document: Json, injector: Injector, role: str
) -> None:
    assert explore(app, document, injector, role, 5) == {}


@pytest.mark.stress
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ROLES)
def test_no_answer_of_very_many_breaks_what_the_document_promises(
    app: Flask, document: Json, injector: Injector, role: str
) -> None:
    assert explore(app, document, injector, role, 500) == {}


@pytest.mark.parametrize("promise", ["status", "type", "body"])
def test_an_answer_that_was_not_promised_is_found(
    app: Flask, document: Json, injector: Injector, promise: str
) -> None:
    broken = copy.deepcopy(document)
    answers = broken["paths"]["/api/health/"]["get"]["responses"]
    if promise == "status":
        answers["201"] = answers.pop("200")
    elif promise == "type":
        answers["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    else:
        broken["components"]["schemas"]["Health"]["required"] = ["status", "since"]
    broken["paths"] = {"/api/health/": broken["paths"]["/api/health/"]}
    assert list(explore(app, broken, injector, "nobody", 2)) == ["GET /api/health/"]
