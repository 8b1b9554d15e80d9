"""Invalid input for every route that takes a body or a query: always a 4xx problem, never a 500.

Routes and fields are read from the OpenAPI document, so a new route is tested too.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.domain.catalog.category_details import CategoryImage
from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.checkout import ADDRESS, CheckoutFixture

MakeApp = Callable[..., Flask]
Json = dict[str, Any]
METHODS = ("post", "put", "patch")
TYPE = "application/json"
PLACEHOLDER = "{"

# JSON source of invalid values.
NOT_INTEGERS = ("0.1", "1.0", "1e3", "1e309", "9223372036854775808", "true", '"one"', "[]", "{}")
NOT_JSON = ("NaN", "Infinity", "-Infinity", "01", "+1", "0x10", "1_000")
NOT_STRINGS = ("1", "true", "[]", "{}", '"\\u0000"', '"\\ud800"', json.dumps("x" * 100_000))
NOT_OBJECTS = (
    b"{",
    b"\x00",
    b'"\xff"',
    b"[" * 100 + b"]" * 100,
    b'{"a":' * 100 + b"1" + b"}" * 100,
    b"[" * 100_000,
    b'{"a": 1, "a": 1}',
    b'{"a": {"b": 1, "b": 2}}',
    b"[]",
    b"1",
    b"null",
    b'"text"',
    b"true",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Validation does not depend on the database."""
    return sqlite_url


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), DEBUG="True", RATELIMIT_ENABLED="False")


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> CheckoutFixture:
    return CheckoutFixture(client=client, injector=injector)


@pytest.fixture
def document(client: FlaskClient) -> Json:
    found: Json = client.get("/api/openapi.json").get_json()
    return found


class Sender:
    """Sends requests as staff and collects unexpected responses in `failures`."""

    def __init__(self, client: FlaskClient, person: Person) -> None:
        self._client = client
        self._person = person
        self.failures: list[str] = []

    def send(
        self, method: str, path: str, body: bytes, *, kind: str = TYPE, statuses: set[int]
    ) -> None:
        address = path.replace("{payment_intent_id}", "pi_1")
        while PLACEHOLDER in address:
            address = address[: address.index("{")] + "1" + address[address.index("}") + 1 :]
        response = self._client.open(
            address,
            method=method.upper(),
            data=body,
            content_type=kind,
            headers=self._person.headers,
        )
        if response.status_code not in statuses or not is_problem(response):
            shown = body[:60].decode("utf-8", "replace")
            self.failures.append(
                f"{response.status_code} {method} {path} {kind} {shown} {response.text}"
            )


def is_problem(response: TestResponse) -> bool:
    return (
        response.content_type == "application/problem+json"
        and response.get_json()["status"] == response.status_code
    )


def json_operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield the method, path and body schema of each operation with a JSON body.

    Except the webhook, which rejects any body without a valid signature.
    """
    for path, described in document["paths"].items():
        for method in METHODS if path != "/api/payments/webhook/" else ():
            body = described.get(method, {}).get("requestBody", {}).get("content", {})
            if TYPE in body:
                yield method, path, resolved(document, body[TYPE]["schema"])


def resolved(document: Json, schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def types_of(schema: Json) -> set[str]:
    kind = schema.get("type", [])
    kinds = {kind} if isinstance(kind, str) else set(kind)
    return kinds.union(*(types_of(each) for each in schema.get("anyOf", ())))


@pytest.fixture
def sender(client: FlaskClient, shop: CheckoutFixture) -> Sender:
    return Sender(client, shop.staff())


def test_body_that_is_no_json_object_is_400(sender: Sender, document: Json) -> None:
    for method, path, _ in json_operations(document):
        for body in NOT_OBJECTS:
            sender.send(method, path, body, statuses={400})
    assert sender.failures == []


def test_other_content_type_is_415_and_large_body_is_413(sender: Sender, document: Json) -> None:
    ten_megabytes = b'{"a": "' + b"x" * 10_000_000 + b'"}'
    for method, path, _ in json_operations(document):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            sender.send(method, path, b'{"a": 1}', kind=kind, statuses={415})
        sender.send(method, path, ten_megabytes, statuses={413})
    assert sender.failures == []


def test_invalid_integer_or_string_member_is_400(sender: Sender, document: Json) -> None:
    numbers = texts = 0
    for method, path, schema in json_operations(document):
        for field, described in schema["properties"].items():
            kinds = types_of(resolved(document, described))
            name = json.dumps(field)
            if "integer" in kinds:
                numbers += 1
                outside = [str(described["minimum"] - 1), str(described["maximum"] + 1)]
                nothing = [] if "null" in kinds else ["null"]
                for value in (*NOT_INTEGERS, *NOT_JSON, *outside, *nothing):
                    sender.send(method, path, f"{{{name}: {value}}}".encode(), statuses={400})
            elif "string" in kinds:
                texts += 1
                for value in NOT_STRINGS:
                    sender.send(method, path, f"{{{name}: {value}}}".encode(), statuses={400})
    assert sender.failures == []
    assert numbers >= 10
    assert texts >= 20


PAGE_MEMBERS = {"meta_title", "meta_description"}
PRODUCT_MEMBERS = {
    *("sku", "author", "published_year", "brand", "category", "image", "slug", "value"),
    *PAGE_MEMBERS,
}
CATEGORY_MEMBERS = {"parent", *(image.value for image in CategoryImage), *PAGE_MEMBERS}
VARIANT_MEMBERS = {"sku", "barcode", "compare_at_price", "weight", "image"}
COLLECTION_MEMBERS = {"rule", "starts_at", "ends_at", *PAGE_MEMBERS}
# Members that describe a part of the catalogue and can be cleared. No other member may be
# null: it would count as absent in a request that moves money, stock or rights.
CLEARABLE = {
    "/api/categories/": CATEGORY_MEMBERS,
    "/api/categories/{category_id}/": CATEGORY_MEMBERS,
    "/api/categories/{category_id}/attributes/": {"unit"},
    "/api/categories/{category_id}/attributes/{attribute_id}/": {"unit"},
    "/api/products/": PRODUCT_MEMBERS,
    "/api/products/{product_id}/": PRODUCT_MEMBERS,
    "/api/products/{product_id}/variants/": VARIANT_MEMBERS,
    "/api/variants/{variant_id}/": VARIANT_MEMBERS,
    "/api/collections/": COLLECTION_MEMBERS,
    "/api/collections/{slug}/": COLLECTION_MEMBERS,
}


def test_null_is_400_for_every_member_that_is_not_clearable(sender: Sender, document: Json) -> None:
    nullable, tried = set(), 0
    for method, path, schema in json_operations(document):
        for names, described in members_of(document, schema):
            if "null" in types_of(described):
                nullable.add((path, names[-1]))
                continue
            tried += 1
            body: object = None
            for name in reversed(names):
                body = [body] if name == ITEM else {name: body}
            sender.send(method, path, json.dumps(body).encode(), statuses={400})
    assert sender.failures == []
    assert tried >= 60
    assert nullable == {(path, name) for path, names in CLEARABLE.items() for name in names}


ITEM = "[]"


def members_of(document: Json, schema: Json) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield the path and schema of each member, with the items of lists and their members."""
    for name, described in resolved(document, schema).get("properties", {}).items():
        member = resolved(document, described)
        yield (name,), member
        if "items" in member:
            item = resolved(document, member["items"])
            yield (name, ITEM), item
            for names, inner in members_of(document, item):
                yield (name, ITEM, *names), inner


@pytest.mark.parametrize(
    "body",
    [
        {"amount": None},
        {"items": None},
        {"reason": None},
        {"amount": None, "items": None, "reason": None},
        {"items": [{"id": 1, "quantity": None}]},
        {"items": [None]},
    ],
)
def test_null_refunds_nothing(shop: CheckoutFixture, client: FlaskClient, body: Json) -> None:
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(price=100): 2})
    client.post(
        f"/api/payments/sandbox/{shop.intent(asha, order['id'])['payment_intent_id']}/confirm/",
        json={"outcome": "succeed"},
    )
    for person in (asha, shop.staff()):
        response = person.post(f"/api/payments/refund/{order['id']}/", body)
        assert response.status_code == 400
        assert set(response.get_json()["errors"]) == set(body)
    shown = asha.get(f"/api/orders/{order['id']}/").get_json()
    assert shown["payment_status"] == "PAID"


def test_null_address_reserves_no_stock(shop: CheckoutFixture, client: FlaskClient) -> None:
    asha, product = a_customer(client), shop.product()
    asha.post("/api/cart/add/", {"product_id": product})
    for path, body in (
        ("/api/orders/create/", {"address_id": None}),
        ("/api/payments/payment-intent/", {"address_id": None}),
        ("/api/payments/payment-intent/", {"order_id": None}),
    ):
        assert asha.post(path, body).status_code == 400
    assert asha.get("/api/orders/my/").get_json()["count"] == 0
    assert client.get(f"/api/products/{product}/").get_json()["stock"] == 10


@pytest.mark.parametrize(
    "value", ["-1", "0", "0.1", "1e309", "9223372036854775808", "true", "NaN", "1e3", "%00", "%ff"]
)
def test_invalid_integer_in_a_query_is_400(
    client: FlaskClient, shop: CheckoutFixture, document: Json, value: str
) -> None:
    staff, product, count = shop.staff(), shop.product(), 0
    for path, described in document["paths"].items():
        address = re.sub(r"\{[a-z_]+\}", str(product), path)
        for parameter in described.get("get", {}).get("parameters", []):
            if parameter["in"] == "query" and types_of(parameter["schema"]) == {"integer"}:
                count += 1
                query = f"{parameter['name']}={value}"
                response = client.get(f"{address}?{query}", headers=staff.headers)
                assert response.status_code == 400, (path, parameter["name"], response.text)
                assert parameter["name"] in response.get_json()["errors"]
    assert count >= 5


@pytest.mark.parametrize("value", [-1, 0, 0.1, 2**63, "1", True, None, [], {}, 1e3])
def test_invalid_quantity_does_not_change_the_cart(
    client: FlaskClient, shop: CheckoutFixture, value: object
) -> None:
    asha, product = a_customer(client), shop.product()
    line = asha.post("/api/cart/add/", {"product_id": product}).get_json()["id"]
    added = asha.post("/api/cart/add/", {"product_id": product, "quantity": value})
    assert added.status_code == 400
    if value != 0 or isinstance(value, bool):
        changed = asha.patch(f"/api/cart/update/{line}/", {"quantity": value})
        assert changed.status_code == 400
    assert [each["quantity"] for each in asha.get("/api/cart/").get_json()] == [1]


PROTECTED_MEMBERS: Json = {
    "id": 1,
    "user": 1,
    "user_id": 1,
    "is_staff": True,
    "is_superuser": True,
    "is_active": False,
    "role": "owner",
    "email_verified": True,
    "price": "0.01",
    "unit_price": "0.01",
    "price_at_purchase": "0.01",
    "total": "0.01",
    "total_amount": "0.01",
    "currency": "EUR",
    "status": "PAID",
    "payment_status": "PAID",
    "paid_at": "2026-01-01T00:00:00Z",
    "number": "MINE",
    "stock": 1,
    "version": 1,
}


def test_protected_members_of_a_request_are_ignored(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    account = {"username": "asha", "email": "asha@example.com", "password": "correct horse 9"}
    assert client.post("/api/register/", json=PROTECTED_MEMBERS | account).status_code == 201
    signed_in = client.post("/api/token/", json=PROTECTED_MEMBERS | account).get_json()
    asha = Person(client=client, username="asha", **signed_in)
    before = asha.get("/api/my/dashboard/").get_json()
    assert before["is_staff"] is False
    members = {**PROTECTED_MEMBERS, "email": "other@example.com", "password": "another one 9"}
    changed = asha.patch("/api/profile/update/", members | {"first_name": "Asha"})
    assert changed.get_json() == before | {"first_name": "Asha"}
    assert asha.get("/api/my/dashboard/").get_json() == changed.get_json()
    assert asha.post("/api/products/", {"title": "Mine", "price": "1.00"}).status_code == 403

    badri = a_customer(client, "badri")
    address = badri.post("/api/addresses/", PROTECTED_MEMBERS | ADDRESS).get_json()
    assert asha.get(f"/api/addresses/{address['id']}/").status_code == 404
    assert badri.get(f"/api/addresses/{address['id']}/").status_code == 200

    product = shop.product(price=241)
    badri.post("/api/cart/add/", PROTECTED_MEMBERS | {"product_id": product, "quantity": 2})
    (line,) = badri.get("/api/cart/").get_json()
    assert (line["product_price"], line["quantity"]) == ("241.00", 2)
    order = badri.post(
        "/api/orders/create/", PROTECTED_MEMBERS | {"address_id": address["id"]}
    ).get_json()
    assert (order["total_amount"], order["currency"]) == ("482.00", "INR")
    assert (order["status"], order["payment_status"], order["paid_at"]) == (
        "PENDING",
        "PENDING",
        None,
    )
    intent = badri.post(
        "/api/payments/payment-intent/",
        PROTECTED_MEMBERS | {"order_id": order["id"], "amount": "0.01"},
    ).get_json()
    assert (intent["amount"], intent["currency"]) == ("482.00", "INR")
    assert asha.get("/api/orders/my/").get_json()["count"] == 0
