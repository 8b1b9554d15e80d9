"""Forms are rejected without a CSRF token of the same session."""

import pytest
from flask import Flask

from tests.integration.admin.test_permissions import PUBLIC, _actions, _pages
from tests.support.back_office import StaffClient, create_account
from tests.support.shoppers import new_product

DATA = {"title": "Kettle", "price": "10.00", "delta": "5", "reason": "Found", "id": "1"}


def test_every_form_needs_a_csrf_token(app: Flask, owner: StaffClient) -> None:
    rejected = 0
    for endpoint, path, method in _pages(app):
        if method != "POST" or endpoint in PUBLIC:
            continue
        response = owner.client.post(path, data=DATA)
        assert response.status_code in {400, 403}, endpoint
        rejected += response.status_code == 400
    assert rejected > 20
    for name, path, action in _actions(app):
        data = {"action": action, "rowid": "1"}
        assert owner.client.post(path, data=data).status_code == 400, name


@pytest.mark.parametrize("path", ["/admin/sign-in/", "/admin/sign-in/out/"])
def test_sign_in_and_sign_out_need_a_csrf_token(owner: StaffClient, path: str) -> None:
    data = {"login": "owner-one", "password": "x"}
    assert owner.client.post(path, data=data).status_code == 400
    assert owner.get("/admin/").status_code == 200


def test_csrf_token_of_another_session_is_rejected(app: Flask, owner: StaffClient) -> None:
    create_account(app.extensions["novacart.injector"], "manager")
    other = StaffClient(app)
    other.sign_in("manager-one")
    product = new_product(app.extensions["novacart.injector"])

    foreign_token = other.csrf_token()
    path = f"/admin/products/archive/?id={product}"
    assert owner.client.post(path, data={"csrf_token": foreign_token}).status_code == 400
    assert owner.client.post(path, data={"csrf_token": owner.csrf_token()}).status_code == 303


def test_get_request_changes_nothing(owner: StaffClient, app: Flask) -> None:
    product = new_product(app.extensions["novacart.injector"])
    assert owner.get(f"/admin/products/archive/?id={product}").status_code == 405
    page = owner.get(f"/admin/products/details/?id={product}").text
    assert "Restore" not in page
