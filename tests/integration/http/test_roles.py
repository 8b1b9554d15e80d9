"""What each role of staff may do through the API, by the same table as in the back office."""

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
from novacart.application.authorization.actor import PermissionDenied
from novacart.application.authorization.permissions import PERMISSIONS, STAFF_ROLES, allows
from novacart.domain.accounts.role import Role
from novacart.entrypoints.access import route_access
from tests.support.accounts import CheapPasswords, Person, a_customer, sign_in
from tests.support.back_office import PASSWORD, create_account
from tests.support.checkout import Checkout

PRODUCT = {"title": "Kettle", "price": "499.00"}
REFUNDERS = ("owner", "manager", "support")


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords(), DEBUG="True", SUPPORT_REFUND_LIMIT="5000")


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> Checkout:
    return Checkout(client=client, injector=injector)


@pytest.fixture
def asha(client: FlaskClient) -> Person:
    return a_customer(client)


def hired(shop: Checkout, role: str) -> Person:
    create_account(shop.injector, role)
    return sign_in(shop.client, f"{role}-one", PASSWORD)


def paid(shop: Checkout, person: Person, *, price: int = 100) -> str:
    """The address of refunds of a paid order of that many rupees."""
    order = shop.order(person, {shop.product(price=price): 1})
    shop.confirm(shop.intent(person, order["id"])["payment_intent_id"])
    shop.work()
    return f"/api/payments/refund/{order['id']}/"


def code(answer: TestResponse) -> str:
    found: str = answer.get_json()["code"]
    return found


def test_the_table_knows_every_role_of_staff_and_no_other() -> None:
    assert set(STAFF_ROLES) == {role.value for role in Role if role.is_staff}


def test_every_route_for_staff_names_a_permission_of_the_table(app: Flask) -> None:
    named = {permission for *_, access, permission in route_access(app) if access == "staff"}
    assert named
    assert named <= set(PERMISSIONS)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_products_are_written_by_whom_the_table_allows(
    shop: Checkout, tmp_path: Path, role: Role
) -> None:
    person, product = hired(shop, role), f"/api/products/{shop.product()}/"
    picture = tmp_path / "no-picture"
    picture.write_bytes(b"no picture")
    with picture.open("rb") as content:
        upload: dict[str, Any] = {"data": {"image": content}}
        answers = [
            person.client.post(f"{product}image/", headers=person.headers, **upload),
            person.post("/api/products/", PRODUCT),
            person.put(product, PRODUCT),
            person.patch(product, {"title": "Pan"}),
            person.delete(product),
        ]
    allowed = role in {"owner", "manager", "catalog"}
    assert allows(role, "products.write") == allowed
    expected = [400, 201, 200, 200, 204] if allowed else [403] * 5
    assert [answer.status_code for answer in answers] == expected
    if not allowed:
        assert {code(answer) for answer in answers} == {"permission_denied"}


@pytest.mark.parametrize("role", REFUNDERS)
def test_whoever_has_the_right_refunds_a_part_of_a_customers_order(
    shop: Checkout, asha: Person, role: str
) -> None:
    answer = hired(shop, role).post(paid(shop, asha), {"amount": "1.00"})
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["amount"] == "1.00"


def test_support_refunds_up_to_its_limit_and_a_manager_the_rest(
    shop: Checkout, asha: Person
) -> None:
    support, manager = hired(shop, "support"), hired(shop, "manager")
    refund = paid(shop, asha, price=12_000)
    for asked in ({}, {"amount": "5000.01"}):
        refused = support.post(refund, asked)
        assert refused.status_code == 403
        assert code(refused) == "above_your_limit"
        assert refused.get_json()["limit"] == "5000.00"
    assert support.post(refund, {"amount": "5000.00"}).status_code == 200
    assert manager.post(refund).get_json()["amount"] == "7000.00"


def test_units_are_held_against_the_limit_by_what_they_are_worth(
    shop: Checkout, asha: Person
) -> None:
    order = shop.order(asha, {shop.product(price=3000): 2})
    shop.confirm(shop.intent(asha, order["id"])["payment_intent_id"])
    shop.work()
    support, refund = hired(shop, "support"), f"/api/payments/refund/{order['id']}/"
    line = order["items"][0]["id"]
    assert (
        code(support.post(refund, {"items": [{"id": line, "quantity": 2}]})) == "above_your_limit"
    )
    assert support.post(refund, {"items": [{"id": line, "quantity": 1}]}).status_code == 200


def test_staff_without_the_right_are_customers_of_their_own_orders(
    shop: Checkout, asha: Person
) -> None:
    catalog = hired(shop, "catalog")
    others = catalog.post(paid(shop, asha))
    assert others.status_code == 404
    assert code(others) == "order_not_found"
    own = paid(shop, catalog)
    part = catalog.post(own, {"amount": "1.00"})
    assert part.status_code == 403
    assert code(part) == "partial_refund_needs_staff"
    assert catalog.post(own).get_json()["amount"] == "100.00"


def test_a_role_is_lost_with_the_next_request(shop: Checkout, injector: Injector) -> None:
    person = hired(shop, "catalog")
    assert person.post("/api/products/", PRODUCT).status_code == 201
    user_id = person.get("/api/my/dashboard/").get_json()["id"]
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role="customer"))
    assert code(person.post("/api/products/", PRODUCT)) == "permission_denied"


def test_a_permission_that_the_table_does_not_name_is_nobodys(shop: Checkout, app: Flask) -> None:
    owner = hired(shop, "owner")

    @staff_only("moon.land")
    def land() -> str:
        return "landed"

    with app.test_request_context(headers=owner.headers):
        app.preprocess_request()
        with pytest.raises(PermissionDenied):
            land()
