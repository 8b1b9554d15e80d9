"""Generated requests get responses that conform to the OpenAPI document."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from schemathesis.core.failures import FailureGroup

from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.checkout import ADDRESS, CheckoutFixture
from tests.support.openapi_fuzzing import Explorer, Ids
from tests.support.shoppers import GuestShopper

MakeApp = Callable[..., Flask]
Json = dict[str, Any]
ROLES = ("anonymous", "guest", "customer", "staff")
REACH = {
    "anonymous": {"anyone"},
    # The routes that are open to anyone do not read the token of a guest.
    "guest": {"shopper"},
    "customer": {"anyone", "shopper", "user"},
    "staff": {"anyone", "shopper", "user", "staff"},
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Conformance does not depend on the database."""
    return sqlite_url


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    # DEBUG: the sandbox is the payment provider. One customer places all generated orders.
    limits = "MAX_UNPAID_ORDERS MAX_OPEN_COD_ORDERS MAX_RESERVED_UNITS MAX_CHECKOUT_RENEWALS"
    return make_app(
        CheapPasswords(),
        DEBUG="True",
        RATELIMIT_ENABLED="False",
        **dict.fromkeys(limits.split(), "100000"),
    )


@pytest.fixture
def document(client: FlaskClient) -> Json:
    found: Json = client.get("/api/openapi.json").get_json()
    return found


class Fixture:
    """Creates objects of every kind for the user who sends the requests."""

    def __init__(self, client: FlaskClient, injector: Injector, role: str) -> None:
        self._shop = CheckoutFixture(client=client, injector=injector)
        self._guest = GuestShopper(client) if role == "guest" else None
        self._person: Person = self._sign_in(client, role)
        self.headers = {} if role == "anonymous" else self._person.headers

    def _sign_in(self, client: FlaskClient, role: str) -> Person:
        if self._guest is not None:
            return self._guest.person
        return self._shop.staff() if role == "staff" else a_customer(client)

    def ids(self) -> Ids:
        """Create new objects and return their ids. Requests delete or change the earlier ones."""
        person = self._person
        delivery = self._guest.contact if self._guest else {"address_id": self._address()}
        products = [self._shop.product(), self._shop.product()]
        paid, unpaid = (self._order(products, delivery) for _ in range(2))
        references = [self._shop.intent(person, order["id"]) for order in (paid, unpaid)]
        self._shop.confirm(references[0]["payment_intent_id"])
        self._shop.work()
        line = person.post("/api/cart/add/", {"product_id": products[0]}).get_json()["id"]
        person.post("/api/products/wishlist/", {"product_id": products[1]})
        orders = [order["id"] for order in (paid, unpaid)]
        return {
            "product_id": [*products],
            "book_id": [*products],
            "address_id": [delivery.get("address_id", 1)],
            "order_id": orders,
            "orderId": orders,
            "itemId": [item["id"] for order in (paid, unpaid) for item in order["items"]],
            "line_id": [line],
            "payment_intent_id": [each["payment_intent_id"] for each in references],
        }

    def _address(self) -> int:
        """Replace the addresses of the user by a new one."""
        for old in self._person.get("/api/addresses/").get_json():
            self._person.delete(f"/api/addresses/{old['id']}/")
        address: int = self._person.post("/api/addresses/", ADDRESS).get_json()["id"]
        return address

    def _order(self, products: list[Any], delivery: Json) -> Json:
        self._person.delete("/api/cart/clear/")
        self._shop.fill(self._person, dict.fromkeys(products, 2))
        placed = self._person.post("/api/orders/create/", delivery)
        assert placed.status_code == 201, placed.text
        found: Json = placed.get_json()
        return found


def explore(
    app: Flask, document: Json, injector: Injector, role: str, examples: int
) -> dict[str, str]:
    """Send generated requests to every operation as `role`, and return the failures by operation.

    An operation that is not in the reach of the role gets one request only.
    """
    fixture = Fixture(app.test_client(), injector, role)
    thorough = Explorer(app=app, document=document, examples=examples)
    brief = Explorer(app=app, document=document, examples=1)
    failed, ids = {}, fixture.ids()
    # Last: it ends the session of the user who sends the requests.
    operations = sorted(
        thorough.operations(), key=lambda each: each.label == "POST /api/sessions/revoke/"
    )
    for operation in operations:
        reached = operation.definition.raw["x-access"] in REACH[role]
        if reached and operation.method != "get":
            ids = fixture.ids()
        try:
            (thorough if reached else brief).explore(operation, fixture.headers, ids)
        except FailureGroup as failures:
            failed[operation.label] = str(failures)
    return failed


@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ROLES)
def test_responses_conform_to_the_document(
    app: Flask, document: Json, injector: Injector, role: str
) -> None:
    assert explore(app, document, injector, role, 5) == {}


@pytest.mark.stress
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ROLES)
def test_responses_to_many_requests_conform_to_the_document(
    app: Flask, document: Json, injector: Injector, role: str
) -> None:
    assert explore(app, document, injector, role, 500) == {}


@pytest.mark.parametrize("part", ["status", "type", "body"])
def test_undocumented_response_is_detected(
    app: Flask, document: Json, injector: Injector, part: str
) -> None:
    broken = copy.deepcopy(document)
    responses = broken["paths"]["/api/health/"]["get"]["responses"]
    if part == "status":
        responses["201"] = responses.pop("200")
    elif part == "type":
        responses["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    else:
        broken["components"]["schemas"]["Health"]["required"] = ["status", "since"]
    broken["paths"] = {"/api/health/": broken["paths"]["/api/health/"]}
    assert list(explore(app, broken, injector, "anonymous", 2)) == ["GET /api/health/"]
