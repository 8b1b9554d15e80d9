"""Access control of every route, for anonymous users, customers, staff and other customers.

`access.txt` lists the reviewed access of each route; `test_openapi.py` compares it with the
application. A new route is tested here too, and fails until `OwnedObjects` knows its ids.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.accounts.change_password import ChangePassword, ChangePasswordCommand
from novacart.application.accounts.disable_user import DisableUser, DisableUserCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.domain.shared.ids import UserId
from tests.support.accounts import CheapPasswords, Person, a_customer, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.checkout import ADDRESS, CheckoutFixture

MakeApp = Callable[..., Flask]
Json = dict[str, Any]

ROUTES: list[tuple[str, str, str]] = [
    (method, url, access)
    for method, url, access in (
        line.split()[:3] for line in (Path(__file__).parent / "access.txt").read_text().splitlines()
    )
]
# Last, since it ends the sessions of these tests.
ROUTES.sort(key=lambda route: route[1] == "/api/sessions/revoke/")
PLACEHOLDER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
# An id that does not exist.
UNKNOWN = 987_654_321
OWNED = [
    (method, url)
    for method, url, access in ROUTES
    if access in {"user", "shopper"} and PLACEHOLDER.search(url)
]
# Valid bodies for the routes that need one.
BODIES: dict[str, Json] = {
    "PATCH /api/addresses/<int:address_id>/": {"town": "Mysuru"},
    "PUT /api/addresses/<int:address_id>/": ADDRESS,
    "PATCH /api/cart/update/<int:line_id>/": {"action": "increase"},
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Access control does not depend on the database."""
    return sqlite_url


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), DEBUG="True")


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> CheckoutFixture:
    return CheckoutFixture(client=client, injector=injector)


@pytest.fixture
def asha(client: FlaskClient) -> Person:
    return a_customer(client)


def send(
    client: FlaskClient,
    method: str,
    url: str,
    *,
    ids: dict[str, object] | None = None,
    person: Person | None = None,
    body: Json | None = None,
) -> TestResponse:
    """Send a request. A placeholder that is not in `ids` gets an unknown id."""
    known = ids or {}
    path = PLACEHOLDER.sub(lambda match: str(known.get(match[1], UNKNOWN)), url)
    headers = person.headers if person else {}
    if body is None and method in {"GET", "DELETE"}:
        return client.open(path, method=method, headers=headers)
    return client.open(path, method=method, headers=headers, json=body or {})


def test_anonymous_user_reaches_only_public_routes(client: FlaskClient) -> None:
    for method, url, access in ROUTES:
        response = send(client, method, url)
        if access == "anyone":
            assert response.status_code not in {401, 403}, (method, url)
        else:
            assert response.status_code == 401, (method, url)
            assert response.headers["WWW-Authenticate"] == "Bearer", (method, url)
            assert response.get_json()["code"] == "not_authenticated", (method, url)


def test_public_route_ignores_an_invalid_token(client: FlaskClient) -> None:
    for method, url, access in ROUTES:
        if access == "anyone":
            path = PLACEHOLDER.sub(str(UNKNOWN), url)
            responses = [
                client.open(path, method=method, headers=headers).status_code
                for headers in ({}, {"Authorization": "Bearer null"})
            ]
            assert responses[0] == responses[1], (method, url)


def test_customer_reaches_no_staff_route(client: FlaskClient, asha: Person) -> None:
    for method, url, access in ROUTES:
        response = send(client, method, url, person=asha)
        if access == "staff":
            assert response.status_code == 403, (method, url)
            assert response.get_json()["code"] == "permission_denied", (method, url)
        else:
            assert response.status_code not in {401, 403}, (method, url)


def test_guest_reaches_only_public_routes_and_those_of_shoppers(client: FlaskClient) -> None:
    access_token = client.post("/api/guest/session/").get_json()["access"]
    headers = {"Authorization": f"Bearer {access_token}"}
    for method, url, access in ROUTES:
        path = PLACEHOLDER.sub(str(UNKNOWN), url)
        response = client.open(path, method=method, headers=headers)
        if access in {"user", "staff"}:
            assert response.status_code == 403, (method, url)
            assert response.get_json()["code"] == "account_required", (method, url)
        else:
            assert response.status_code not in {401, 403}, (method, url)


def test_owner_role_reaches_every_route(client: FlaskClient, shop: CheckoutFixture) -> None:
    staff = shop.staff()
    for method, url, _ in ROUTES:
        response = send(client, method, url, person=staff)
        assert response.status_code not in {401, 403}, (method, url)


@pytest.mark.parametrize("end", ["disabled", "password changed", "signed out"])
def test_ended_session_reaches_no_protected_route(
    client: FlaskClient, injector: Injector, asha: Person, end: str
) -> None:
    account = asha.get("/api/my/dashboard/").get_json()
    user_id = UserId(account["id"])
    if end == "disabled":
        injector.get(DisableUser)(DisableUserCommand(user_id=user_id, actor=SYSTEM))
    elif end == "password changed":
        injector.get(ChangePassword)(
            ChangePasswordCommand(
                user_id=user_id,
                username=account["username"],
                email=account["email"],
                current=PASSWORD,
                new="another one entirely",
            )
        )
    else:
        client.post("/api/token/blacklist/", json={"refresh": asha.refresh})
    for method, url, access in ROUTES:
        if access != "anyone":
            response = send(client, method, url, person=asha)
            assert response.status_code == 401, (method, url)


class OwnedObjects:
    """Creates objects of one customer, by the placeholder of their id in a URL."""

    def __init__(self, shop: CheckoutFixture, owner: Person) -> None:
        self._shop = shop
        self._owner = owner
        self.product = shop.product()

    def create(self, placeholder: str, url: str) -> int:
        """Create an object and return its id. Raises `KeyError` for an unknown placeholder."""
        found: int = {
            "address_id": self.create_address,
            "line_id": self.create_cart_line,
            "product_id": self.create_wishlist_entry,
            "session_id": self.create_session,
            "order_id": self.create_paid_order if "refund" in url else self.create_order,
        }[placeholder]()
        return found

    def create_address(self) -> int:
        return int(self._owner.post("/api/addresses/", ADDRESS).get_json()["id"])

    def create_cart_line(self) -> int:
        body = {"product_id": self.product}
        return int(self._owner.post("/api/cart/add/", body).get_json()["id"])

    def create_wishlist_entry(self) -> int:
        body = {"product_id": self.product}
        return int(self._owner.post("/api/products/wishlist/", body).get_json()["id"])

    def create_session(self) -> int:
        other = sign_in(self._owner.client, self._owner.username)
        sessions = other.get("/api/sessions/").get_json()
        return next(int(each["id"]) for each in sessions if each["is_current"])

    def create_order(self) -> int:
        return int(self.order()["id"])

    def order(self) -> Json:
        return self._shop.order(self._owner, {self.product: 1})

    def create_paid_order(self) -> int:
        order_id = self.create_order()
        intent = self._shop.intent(self._owner, order_id)
        self._shop.confirm(intent["payment_intent_id"])
        self._shop.work()
        return order_id


@pytest.mark.parametrize(("method", "url"), OWNED, ids=[" ".join(each) for each in OWNED])
def test_object_of_another_user_is_not_found(
    client: FlaskClient, shop: CheckoutFixture, asha: Person, method: str, url: str
) -> None:
    others = {"other customer": a_customer(client, "badri"), "staff": shop.staff()}
    objects = OwnedObjects(shop, asha)
    ids: dict[str, object] = {name: objects.create(name, url) for name in PLACEHOLDER.findall(url)}
    body = BODIES.get(f"{method} {url}")
    for who, person in others.items():
        if who == "staff" and "refund" in url:
            continue
        response = send(client, method, url, ids=ids, person=person, body=body)
        unknown = send(client, method, url, person=person, body=body)
        assert response.status_code == 404, who
        assert without_request_id(response) == without_request_id(unknown), who
    assert send(client, method, url, ids=ids, body=body).status_code == 401
    owners = send(client, method, url, ids=ids, person=asha, body=body)
    assert owners.status_code in {200, 204}, owners.text


def test_staff_refunds_an_order_of_a_customer(shop: CheckoutFixture, asha: Person) -> None:
    order_id = OwnedObjects(shop, asha).create_paid_order()
    response = shop.staff().post(f"/api/payments/refund/{order_id}/", {"amount": "1.00"})
    assert response.status_code == 200


def test_object_of_another_user_in_a_body_or_query_is_not_found(
    client: FlaskClient, shop: CheckoutFixture, asha: Person
) -> None:
    badri = a_customer(client, "badri")
    hers, his = OwnedObjects(shop, asha), OwnedObjects(shop, badri)
    order, own = hers.order(), his.order()
    item, line, address_id = order["items"][0]["id"], hers.create_cart_line(), hers.create_address()
    his.create_cart_line()
    query = f"/api/orders/cancel-item/?orderId={order['id']}&itemId={item}"
    mixed = f"/api/orders/cancel-item/?orderId={own['id']}&itemId={item}"
    cancel = {"orderId": order["id"], "itemId": item, "reason": ""}
    responses = [
        badri.get(query),
        badri.get(mixed),
        badri.post("/api/orders/cancel-item/", cancel),
        badri.post("/api/orders/cancel-item/", cancel | {"orderId": own["id"]}),
        badri.post("/api/payments/payment-intent/", {"order_id": order["id"]}),
    ]
    assert [response.status_code for response in responses] == [404] * len(responses)
    # An address of another user is a bad request, like an unknown one.
    for path in ("/api/orders/create/", "/api/payments/payment-intent/"):
        refused = [badri.post(path, {"address_id": each}) for each in (address_id, UNKNOWN)]
        assert [response.status_code for response in refused] == [400, 400]
        assert without_request_id(refused[0]) == without_request_id(refused[1])
    deleted = badri.post("/api/cart/bulk-delete/", {"cart_ids": [line]})
    assert deleted.get_json()["deleted"] == 0
    moved = badri.post("/api/cart/bulk-move-to-wishlist/", {"cart_ids": [line]})
    assert moved.status_code == 400
    assert [each["id"] for each in asha.get("/api/cart/").get_json()] == [line]
    assert asha.get(f"/api/orders/{order['id']}/").get_json() == order


def without_request_id(response: TestResponse) -> Json:
    """Return a problem without the member that differs in each response."""
    body: Json = response.get_json()
    return {name: value for name, value in body.items() if name != "request_id"}
