"""Permissions of the staff roles at the API."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.adapters.web.http.auth import staff_only
from novacart.application.accounts.grant_role import GrantRole, GrantRoleCommand
from novacart.application.authorization.actor import SYSTEM, PermissionDenied
from novacart.application.authorization.permissions import PERMISSIONS, STAFF_ROLES, allows
from novacart.domain.accounts.role import Role
from novacart.entrypoints.access import route_access
from tests.support.accounts import CheapPasswords, ClockAt, Person, a_customer, sign_in
from tests.support.back_office import PASSWORD, create_account
from tests.support.checkout import CheckoutFixture
from tests.support.clock import SetClock
from tests.support.databases import on_sqlite

PRODUCT = {"title": "Kettle", "price": "499.00"}
REFUNDERS = ("owner", "manager", "support")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock), DEBUG="True", SUPPORT_REFUND_LIMIT="5000")


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> CheckoutFixture:
    return CheckoutFixture(client=client, injector=injector)


@pytest.fixture
def asha(client: FlaskClient) -> Person:
    return a_customer(client)


def sign_in_as(shop: CheckoutFixture, role: str) -> Person:
    create_account(shop.injector, role)
    return sign_in(shop.client, f"{role}-one", PASSWORD)


def refund_path(shop: CheckoutFixture, person: Person, *, price: int = 100) -> str:
    """Create a paid order for `price` rupees and return the path of its refunds."""
    order = shop.order(person, {shop.product(price=price): 1})
    shop.confirm(shop.intent(person, order["id"])["payment_intent_id"])
    shop.work()
    return f"/api/payments/refund/{order['id']}/"


def code(response: TestResponse) -> str:
    code: str = response.get_json()["code"]
    return code


def test_permissions_cover_every_staff_role() -> None:
    assert set(STAFF_ROLES) == {role.value for role in Role if role.is_staff}


def test_every_staff_route_has_a_known_permission(app: Flask) -> None:
    permissions = {permission for *_, access, permission in route_access(app) if access == "staff"}
    assert permissions
    assert permissions <= set(PERMISSIONS)


@on_sqlite
@pytest.mark.parametrize("role", STAFF_ROLES)
def test_only_roles_with_the_permission_write_products(
    shop: CheckoutFixture, tmp_path: Path, role: Role
) -> None:
    person, product = sign_in_as(shop, role), f"/api/products/{shop.product()}/"
    picture = tmp_path / "no-picture"
    picture.write_bytes(b"no picture")
    with picture.open("rb") as content:
        upload: dict[str, Any] = {"data": {"image": content}}
        responses = [
            person.client.post(f"{product}image/", headers=person.headers, **upload),
            person.post("/api/products/", PRODUCT),
            person.put(product, PRODUCT),
            person.patch(product, {"title": "Pan"}),
            person.delete(product),
        ]
    allowed = role in {"owner", "manager", "catalog"}
    assert allows(role, "products.write") == allowed
    expected = [400, 201, 200, 200, 204] if allowed else [403] * 5
    assert [response.status_code for response in responses] == expected
    if not allowed:
        assert {code(response) for response in responses} == {"permission_denied"}


@on_sqlite
@pytest.mark.parametrize("role", REFUNDERS)
def test_roles_with_the_permission_refund_a_part(
    shop: CheckoutFixture, asha: Person, role: str
) -> None:
    response = sign_in_as(shop, role).post(refund_path(shop, asha), {"amount": "1.00"})
    assert response.status_code == 200, response.text
    assert response.get_json()["amount"] == "1.00"


def test_support_refunds_up_to_its_limit_and_manager_the_rest(
    shop: CheckoutFixture, asha: Person
) -> None:
    support, manager = sign_in_as(shop, "support"), sign_in_as(shop, "manager")
    refund = refund_path(shop, asha, price=12_000)
    for body in ({}, {"amount": "5000.01"}):
        refused = support.post(refund, body)
        assert refused.status_code == 403
        assert code(refused) == "above_your_limit"
        assert refused.get_json()["limit"] == "5000.00"
    assert support.post(refund, {"amount": "5000.00"}).status_code == 200
    assert manager.post(refund).get_json()["amount"] == "7000.00"


def test_limit_applies_to_the_value_of_refunded_units(shop: CheckoutFixture, asha: Person) -> None:
    order = shop.order(asha, {shop.product(price=3000): 2})
    shop.confirm(shop.intent(asha, order["id"])["payment_intent_id"])
    shop.work()
    support, refund = sign_in_as(shop, "support"), f"/api/payments/refund/{order['id']}/"
    line = order["items"][0]["id"]
    assert (
        code(support.post(refund, {"items": [{"id": line, "quantity": 2}]})) == "above_your_limit"
    )
    assert support.post(refund, {"items": [{"id": line, "quantity": 1}]}).status_code == 200


def test_staff_without_permission_refund_only_their_own_order_in_full(
    shop: CheckoutFixture, asha: Person
) -> None:
    catalog = sign_in_as(shop, "catalog")
    others = catalog.post(refund_path(shop, asha))
    assert others.status_code == 404
    assert code(others) == "order_not_found"
    own = refund_path(shop, catalog)
    part = catalog.post(own, {"amount": "1.00"})
    assert part.status_code == 403
    assert code(part) == "partial_refund_needs_staff"
    assert catalog.post(own).get_json()["amount"] == "100.00"


def test_refund_of_an_own_order_or_long_after_the_sign_in_is_refused(
    shop: CheckoutFixture, asha: Person, clock: SetClock
) -> None:
    manager = sign_in_as(shop, "manager")
    refused = [manager.post(refund_path(shop, manager))]
    refund = refund_path(shop, asha, price=60_000)
    clock.move(minutes=16)
    refused.append(manager.post(refund))
    assert [(each.status_code, code(each)) for each in refused] == [
        (403, "own_order"),
        (403, "reauthentication_required"),
    ]
    path = "/api/payments/refund/{order_id}/"
    documented = shop.client.get("/api/openapi.json").get_json()["paths"][path]["post"]
    for each in refused:
        assert code(each) in documented["responses"]["403"]["description"]


def test_revoked_role_applies_to_the_next_request(
    shop: CheckoutFixture, injector: Injector
) -> None:
    person = sign_in_as(shop, "catalog")
    assert person.post("/api/products/", PRODUCT).status_code == 201
    user_id = person.get("/api/my/dashboard/").get_json()["id"]
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role=Role.CUSTOMER, actor=SYSTEM))
    assert code(person.post("/api/products/", PRODUCT)) == "permission_denied"


def test_unknown_permission_is_denied(shop: CheckoutFixture, app: Flask) -> None:
    owner = sign_in_as(shop, "owner")

    @staff_only("unknown")
    def route() -> str:
        return "response"

    with app.test_request_context(headers=owner.headers):
        app.preprocess_request()
        with pytest.raises(PermissionDenied):
            route()
