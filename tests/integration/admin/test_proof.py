"""Nothing is written that did not come from a page of the back office."""

import pytest
from flask import Flask

from tests.integration.admin.test_permissions import WITHOUT_SIGN_IN, _actions, _pages
from tests.support.back_office import StaffClient, create_account
from tests.support.shoppers import stocked

GOOD = {"title": "Kettle", "price": "10.00", "delta": "5", "reason": "Found", "id": "1"}


def test_every_form_is_refused_without_its_proof(app: Flask, owner: StaffClient) -> None:
    closed = 0
    for endpoint, address, method in _pages(app):
        if method != "POST" or endpoint in WITHOUT_SIGN_IN:
            continue
        answer = owner.client.post(address, data=GOOD)
        assert answer.status_code in {400, 403}, endpoint
        closed += answer.status_code == 400
    assert closed > 20
    for named, address, action in _actions(app):
        data = {"action": action, "rowid": "1"}
        assert owner.client.post(address, data=data).status_code == 400, named


@pytest.mark.parametrize("path", ["/admin/sign-in/", "/admin/sign-in/out/"])
def test_signing_in_and_out_need_a_proof_too(owner: StaffClient, path: str) -> None:
    data = {"login": "owner-one", "password": "x"}
    assert owner.client.post(path, data=data).status_code == 400
    assert owner.get("/admin/").status_code == 200


def test_a_proof_of_another_session_is_none(app: Flask, owner: StaffClient) -> None:
    create_account(app.extensions["novacart.injector"], "manager")
    other = StaffClient(app)
    other.sign_in("manager-one")
    product = stocked(app.extensions["novacart.injector"])

    foreign = other.csrf_token()
    path = f"/admin/products/archive/?id={product}"
    assert owner.client.post(path, data={"csrf_token": foreign}).status_code == 400
    assert owner.client.post(path, data={"csrf_token": owner.csrf_token()}).status_code == 303


def test_a_get_changes_nothing(owner: StaffClient, app: Flask) -> None:
    product = stocked(app.extensions["novacart.injector"])
    assert owner.get(f"/admin/products/archive/?id={product}").status_code == 405
    assert "Archived" in owner.get(f"/admin/products/details/?id={product}").text
