"""Sign-out everywhere, password changes, and refunds that need a recent sign-in, over HTTP."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, a_customer, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.databases import on_sqlite

NEW = "another-lantern-8"


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords())


def test_sign_out_everywhere_ends_every_session(client: FlaskClient) -> None:
    phone = a_customer(client)
    laptop = sign_in(client)
    response = phone.post("/api/sessions/revoke/")
    assert (response.status_code, set(response.get_json())) == (200, {"detail"})
    for session in (phone, laptop):
        assert session.get("/api/whoami/").status_code == 401
        refreshed = client.post("/api/token/refresh/", json={"refresh": session.refresh})
        assert refreshed.status_code == 401
    assert sign_in(client).get("/api/whoami/").status_code == 200


def test_password_change_keeps_the_user_signed_in_and_ends_other_sessions(
    client: FlaskClient,
) -> None:
    phone = a_customer(client)
    laptop = sign_in(client)
    body = {"current_password": PASSWORD, "new_password": NEW}
    response = phone.post("/api/password/change/", body)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    tokens = response.get_json()
    headers = {"Authorization": f"Bearer {tokens['access']}"}
    assert client.get("/api/whoami/", headers=headers).status_code == 200
    for session in (phone, laptop):
        assert session.get("/api/whoami/").status_code == 401
    assert sign_in(client, password=NEW).get("/api/whoami/").status_code == 200


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"current_password": "wrong"}, "current_password"),
        ({"new_password": "short"}, "new_password"),
        ({"new_password": None}, "new_password"),
        ({"current_password": None}, "current_password"),
    ],
)
def test_invalid_password_change_names_the_field(
    client: FlaskClient, changes: dict[str, str | None], field: str
) -> None:
    asha = a_customer(client)
    body = {"current_password": PASSWORD, "new_password": NEW} | changes
    response = asha.post("/api/password/change/", body)
    assert response.status_code == 400
    assert list(response.get_json()["errors"]) == [field]
    assert asha.get("/api/whoami/").status_code == 200


def test_guesses_of_the_current_password_are_limited(client: FlaskClient) -> None:
    asha = a_customer(client)
    body = {"current_password": "wrong", "new_password": NEW}
    responses = [asha.post("/api/password/change/", body) for _ in range(30)]
    assert responses[-1].status_code == 429
    assert int(responses[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/api/sessions/revoke/", "/api/password/change/"])
def test_routes_need_a_signed_in_user(client: FlaskClient, path: str) -> None:
    assert client.post(path, json={}).status_code == 401
