"""Who may do what: every route of the reviewed table, by everyone who may come.

The table is `access.txt`; `test_openapi.py` holds it to the routes that there are. A route that
joins it joins these tests, and fails them until somebody has said what its ids name.
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
from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.builders.accounts import PASSWORD
from tests.support.checkout import ADDRESS, Checkout

MakeApp = Callable[..., Flask]
Json = dict[str, Any]

ROUTES: list[tuple[str, str, str]] = [
    (method, address, access)
    for method, address, access in (
        line.split()[:3] for line in (Path(__file__).parent / "access.txt").read_text().splitlines()
    )
]
PLACEHOLDER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
# An id that nobody has been given.
UNKNOWN = 987_654_321
OWNED = [
    (method, address)
    for method, address, access in ROUTES
    if access == "user" and PLACEHOLDER.search(address)
]
# What an owner sends, where a route wants to be told something.
SAID: dict[str, Json] = {
    "PATCH /api/addresses/<int:address_id>/": {"town": "Mysuru"},
    "PUT /api/addresses/<int:address_id>/": ADDRESS,
    "PATCH /api/cart/update/<int:line_id>/": {"action": "increase"},
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who may do what is decided before either database is asked to change anything."""
    return sqlite_url


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), DEBUG="True", METRICS_ENABLED="True")


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> Checkout:
    return Checkout(client=client, injector=injector)


@pytest.fixture
def asha(client: FlaskClient) -> Person:
    return a_customer(client)


def ask(
    client: FlaskClient,
    method: str,
    address: str,
    *,
    ids: dict[str, object] | None = None,
    person: Person | None = None,
    body: Json | None = None,
) -> TestResponse:
    """Call a route; an id that is not in `ids` is one that nobody has."""
    known = ids or {}
    path = PLACEHOLDER.sub(lambda match: str(known.get(match[1], UNKNOWN)), address)
    headers = person.headers if person else {}
    if body is None and method in {"GET", "DELETE"}:
        return client.open(path, method=method, headers=headers)
    return client.open(path, method=method, headers=headers, json=body or {})


def test_nobody_does_only_what_is_open_to_anyone(client: FlaskClient) -> None:
    for method, address, access in ROUTES:
        answer = ask(client, method, address)
        if access == "anyone":
            assert answer.status_code not in {401, 403}, (method, address)
        else:
            assert answer.status_code == 401, (method, address)
            assert answer.headers["WWW-Authenticate"] == "Bearer", (method, address)
            assert answer.get_json()["code"] == "not_authenticated", (method, address)


def test_what_is_open_to_anyone_does_not_look_at_a_stale_token(client: FlaskClient) -> None:
    for method, address, access in ROUTES:
        if access == "anyone":
            path = PLACEHOLDER.sub(str(UNKNOWN), address)
            answers = [
                client.open(path, method=method, headers=headers).status_code
                for headers in ({}, {"Authorization": "Bearer null"})
            ]
            assert answers[0] == answers[1], (method, address)


def test_a_customer_does_nothing_that_is_for_staff(client: FlaskClient, asha: Person) -> None:
    for method, address, access in ROUTES:
        answer = ask(client, method, address, person=asha)
        if access == "staff":
            assert answer.status_code == 403, (method, address)
            assert answer.get_json()["code"] == "permission_denied", (method, address)
        else:
            assert answer.status_code not in {401, 403}, (method, address)


def test_staff_do_all_of_it(client: FlaskClient, shop: Checkout) -> None:
    staff = shop.staff()
    for method, address, _ in ROUTES:
        answer = ask(client, method, address, person=staff)
        assert answer.status_code not in {401, 403}, (method, address)


@pytest.mark.parametrize("end", ["disabled", "password changed", "signed out"])
def test_an_ended_session_opens_no_route(
    client: FlaskClient, injector: Injector, asha: Person, end: str
) -> None:
    account = asha.get("/api/my/dashboard/").get_json()
    user_id = UserId(account["id"])
    if end == "disabled":
        injector.get(DisableUser)(DisableUserCommand(user_id=user_id, by=SYSTEM))
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
    for method, address, access in ROUTES:
        if access != "anyone":
            answer = ask(client, method, address, person=asha)
            assert answer.status_code == 401, (method, address)


class Belongings:
    """Somebody's things, each by the name that routes give to its id."""

    def __init__(self, shop: Checkout, owner: Person) -> None:
        self._shop = shop
        self._owner = owner
        self.product = shop.product()

    def named(self, placeholder: str, address: str) -> int:
        """The id of one of the owner's things. Raises `KeyError` for a kind not known here."""
        found: int = {
            "address_id": self.an_address,
            "line_id": self.a_cart_line,
            "product_id": self.a_wish,
            "order_id": self.a_paid_order if "refund" in address else self.an_order,
        }[placeholder]()
        return found

    def an_address(self) -> int:
        return int(self._owner.post("/api/addresses/", ADDRESS).get_json()["id"])

    def a_cart_line(self) -> int:
        body = {"product_id": self.product}
        return int(self._owner.post("/api/cart/add/", body).get_json()["id"])

    def a_wish(self) -> int:
        body = {"product_id": self.product}
        return int(self._owner.post("/api/products/wishlist/", body).get_json()["id"])

    def an_order(self) -> int:
        return int(self.order()["id"])

    def order(self) -> Json:
        return self._shop.order(self._owner, {self.product: 1})

    def a_paid_order(self) -> int:
        order_id = self.an_order()
        intent = self._shop.intent(self._owner, order_id)
        self._shop.confirm(intent["payment_intent_id"])
        self._shop.work()
        return order_id


@pytest.mark.parametrize(("method", "address"), OWNED, ids=[" ".join(each) for each in OWNED])
def test_what_is_anothers_is_not_there(
    client: FlaskClient, shop: Checkout, asha: Person, method: str, address: str
) -> None:
    others = {"another": a_customer(client, "badri"), "staff": shop.staff()}
    things = Belongings(shop, asha)
    ids: dict[str, object] = {
        name: things.named(name, address) for name in PLACEHOLDER.findall(address)
    }
    body = SAID.get(f"{method} {address}")
    for who, person in others.items():
        if who == "staff" and "refund" in address:
            continue
        answer = ask(client, method, address, ids=ids, person=person, body=body)
        unknown = ask(client, method, address, person=person, body=body)
        assert answer.status_code == 404, who
        assert told(answer) == told(unknown), who
    assert ask(client, method, address, ids=ids, body=body).status_code == 401
    owners = ask(client, method, address, ids=ids, person=asha, body=body)
    assert owners.status_code in {200, 204}, owners.text


def test_staff_refund_what_is_a_customers(shop: Checkout, asha: Person) -> None:
    order_id = Belongings(shop, asha).a_paid_order()
    answer = shop.staff().post(f"/api/payments/refund/{order_id}/", {"amount": "1.00"})
    assert answer.status_code == 200


def test_what_is_anothers_is_not_there_when_a_body_or_a_query_names_it(
    client: FlaskClient, shop: Checkout, asha: Person
) -> None:
    badri = a_customer(client, "badri")
    hers, his = Belongings(shop, asha), Belongings(shop, badri)
    order, own = hers.order(), his.order()
    item, line, address = order["items"][0]["id"], hers.a_cart_line(), hers.an_address()
    his.a_cart_line()
    query = f"/api/orders/cancel-item/?orderId={order['id']}&itemId={item}"
    mixed = f"/api/orders/cancel-item/?orderId={own['id']}&itemId={item}"
    cancel = {"orderId": order["id"], "itemId": item, "reason": ""}
    answers = [
        badri.get(query),
        badri.get(mixed),
        badri.post("/api/orders/cancel-item/", cancel),
        badri.post("/api/orders/cancel-item/", cancel | {"orderId": own["id"]}),
        badri.post("/api/payments/payment-intent/", {"order_id": order["id"]}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    # API.md: an address that is not the user's is a bad request, like one that is not there.
    for path in ("/api/orders/create/", "/api/payments/payment-intent/"):
        refused = [badri.post(path, {"address_id": each}) for each in (address, UNKNOWN)]
        assert [answer.status_code for answer in refused] == [400, 400]
        assert told(refused[0]) == told(refused[1])
    deleted = badri.post("/api/cart/bulk-delete/", {"cart_ids": [line]})
    assert deleted.get_json()["deleted"] == 0
    moved = badri.post("/api/cart/bulk-move-to-wishlist/", {"cart_ids": [line]})
    assert moved.status_code == 400
    assert [each["id"] for each in asha.get("/api/cart/").get_json()] == [line]
    assert asha.get(f"/api/orders/{order['id']}/").get_json() == order


def told(answer: TestResponse) -> Json:
    """A problem without the one member that differs from request to request."""
    body: Json = answer.get_json()
    return {name: value for name, value in body.items() if name != "request_id"}
