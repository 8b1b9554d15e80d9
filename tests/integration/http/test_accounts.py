"""Registration, profile and password reset over HTTP."""

import re
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.container import build_relay
from tests.fakes.mailer import FakeMailer
from tests.support.accounts import CheapPasswords, MailTo, a_customer, register, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.databases import on_sqlite

MakeApp = Callable[..., Flask]
NEW = "lanterns-by-the-lake"


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def app(make_app: MakeApp, mailer: FakeMailer) -> Flask:
    return make_app(CheapPasswords(), MailTo(mailer), FRONTEND_URL="https://shop.example")


@pytest.fixture
def dump(database: Database) -> Callable[[], str]:
    """All rows of all tables as text."""

    def read() -> str:
        with database.reading() as connection:
            tables = inspect(connection).get_table_names()
            return repr(
                [connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in tables]  # noqa: S608 (names from the database)
            )

    return read


def run_worker(app: Flask) -> None:
    """Dispatch every event that is due."""
    relay = build_relay(app.extensions["novacart.injector"])
    while messages := relay():
        assert all(message.attempts == 1 for message in messages)


def last_token(mailer: FakeMailer) -> str:
    mail = list(mailer.sent.values())[-1]
    link = re.search(r"https://shop\.example/reset-password/[0-9]+/(\S+)", mail.text)
    assert link is not None
    return link[1]


def test_register_sign_in_and_change_profile(client: FlaskClient) -> None:
    response = client.post(
        "/api/register/",
        json={"username": "asha", "email": "Asha@Example.com", "password": PASSWORD},
    )
    assert (response.status_code, response.get_json()) == (
        201,
        {"username": "asha", "email": "Asha@example.com"},
    )
    asha = sign_in(client, "ASHA@example.COM")
    assert asha.get("/api/whoami/").get_json() == {"username": "asha", "email": "Asha@example.com"}
    dashboard = asha.get("/api/my/dashboard/").get_json()
    assert dashboard == {
        "id": dashboard["id"],
        "username": "asha",
        "email": "Asha@example.com",
        "first_name": "",
        "last_name": "",
        "is_staff": False,
        "email_verified": False,
    }
    changed = asha.patch("/api/profile/update/", {"first_name": "Asha", "username": "asha.rao"})
    assert changed.status_code == 200
    assert changed.get_json() == dashboard | {"username": "asha.rao", "first_name": "Asha"}
    assert asha.get("/api/my/dashboard/").get_json() == changed.get_json()


INVALID: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"username": "TAKEN"}, {"username"}),
    ({"email": "Taken@example.com"}, {"email"}),
    ({"username": "taken", "email": "taken@example.com"}, {"username", "email"}),
    ({"username": "taken@example.com"}, {"username"}),
    ({"username": ""}, {"username"}),
    ({"username": "x" * 151}, {"username"}),
    ({"username": 5}, {"username"}),
    ({"username": None}, {"username"}),
    ({"username": "a\u0000b"}, {"username"}),
    ({"email": "nowhere"}, {"email"}),
    ({"email": ["a@example.com"]}, {"email"}),
    ({"password": "12345678"}, {"password"}),
    ({"password": "short"}, {"password"}),
    ({"password": "Password1!"}, {"password"}),
    ({"password": "somebody1"}, {"password"}),
    ({"password": "x" * 300}, {"password"}),
    ({"password": True}, {"password"}),
)


def test_invalid_registration_names_its_fields(client: FlaskClient) -> None:
    register(client, "taken")
    body = {"username": "somebody", "email": "somebody@example.com", "password": PASSWORD}
    for change, fields in INVALID:
        response = client.post("/api/register/", json=body | change)
        problem = response.get_json()
        assert response.status_code == 400, change
        assert response.content_type == "application/problem+json"
        assert set(problem["errors"]) == fields
        for field in fields:
            assert problem[field] == problem["errors"][field]
            assert all(isinstance(message, str) for message in problem[field])


def test_empty_registration_names_all_fields(client: FlaskClient) -> None:
    response = client.post("/api/register/", json={})
    assert response.status_code == 400
    assert set(response.get_json()["errors"]) == {"username", "email", "password"}


def test_users_cannot_change_their_role_or_id(client: FlaskClient) -> None:
    forbidden = {"is_staff": True, "role": "owner", "id": 1, "is_active": False, "user_id": 1}
    body = {"username": "asha", "email": "asha@example.com", "password": PASSWORD}
    assert client.post("/api/register/", json=body | forbidden).status_code == 201
    asha = sign_in(client)
    before = asha.get("/api/my/dashboard/").get_json()
    assert before["is_staff"] is False
    response = asha.patch("/api/profile/update/", forbidden | {"email": "x@example.com"})
    assert response.status_code == 200
    assert response.get_json() == before
    assert asha.get("/api/my/dashboard/").get_json() == before


def test_invalid_profile_change_changes_nothing(client: FlaskClient) -> None:
    register(client, "taken")
    asha = a_customer(client)
    for change, field in (
        ({"username": "Taken"}, "username"),
        ({"username": "taken@example.com"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"first_name": "x" * 151}, "first_name"),
        ({"last_name": 7}, "last_name"),
        ({"last_name": None}, "last_name"),
        ({"first_name": "a\nb"}, "first_name"),
    ):
        response = asha.patch("/api/profile/update/", change | {"first_name": "No"} | change)
        assert response.status_code == 400, change
        assert list(response.get_json()["errors"]) == [field]
    assert asha.get("/api/my/dashboard/").get_json()["first_name"] == ""


def test_changes_of_the_username_are_limited(client: FlaskClient) -> None:
    register(client, "taken")
    asha = a_customer(client)
    statuses = [
        asha.patch("/api/profile/update/", {"username": "taken"}).status_code for _ in range(21)
    ]
    assert statuses == [400] * 20 + [429]
    # Forms send the current username with every change.
    for number in range(30):
        body = {"username": "asha", "first_name": f"Asha {number}"}
        assert asha.patch("/api/profile/update/", body).status_code == 200


def test_outer_spaces_are_trimmed(client: FlaskClient) -> None:
    body = {"username": " asha ", "email": " asha@example.com ", "password": f"  {PASSWORD} "}
    assert client.post("/api/register/", json=body).get_json() == {
        "username": "asha",
        "email": "asha@example.com",
    }
    # Spaces are part of a password.
    credentials = {"username": "asha", "password": PASSWORD}
    assert client.post("/api/token/", json=credentials).status_code == 401
    credentials["password"] = f"  {PASSWORD} "
    assert client.post("/api/token/", json=credentials).status_code == 200


def test_password_reset_from_request_to_sign_in(
    app: Flask, client: FlaskClient, mailer: FakeMailer
) -> None:
    asha = a_customer(client)
    requested = client.post("/api/password-reset/", json={"email": "ASHA@example.com"})
    assert (requested.status_code, requested.get_json()) == (200, {"status": "OK"})
    run_worker(app)
    token = last_token(mailer)
    valid = client.post("/api/password-reset/validate_token/", json={"token": token})
    assert (valid.status_code, valid.get_json()) == (200, {"status": "OK"})
    weak = client.post(
        "/api/password-reset/confirm/", json={"token": token, "password": "asha1234"}
    )
    assert weak.status_code == 400
    assert weak.get_json()["password"]
    body = {"token": token, "password": NEW}
    done = client.post("/api/password-reset/confirm/", json=body)
    assert done.status_code == 200
    assert list(done.get_json()) == ["detail"]
    assert asha.get("/api/whoami/").status_code == 401
    for path, old in (("refresh", {"refresh": asha.refresh}), ("verify", {"token": asha.refresh})):
        assert client.post(f"/api/token/{path}/", json=old).status_code == 401
    old_password = client.post("/api/token/", json={"username": "asha", "password": PASSWORD})
    assert old_password.status_code == 401
    assert sign_in(client, password=NEW).get("/api/whoami/").status_code == 200
    repeated = client.post("/api/password-reset/confirm/", json=body)
    assert repeated.status_code == 400
    assert repeated.get_json()["detail"]
    assert "password" not in repeated.get_json()
    used = client.post("/api/password-reset/validate_token/", json={"token": token})
    assert used.status_code == 404


def test_reset_request_does_not_reveal_who_has_an_account(
    app: Flask, client: FlaskClient, mailer: FakeMailer
) -> None:
    register(client)
    responses = [
        client.post("/api/password-reset/", json={"email": email})
        for email in ("asha@example.com", "unknown@example.com", "no address", "")
    ]
    assert {(response.status_code, response.data) for response in responses} == {
        (200, b'{"status":"OK"}')
    }
    run_worker(app)
    resets = [mail.to for mail in mailer.sent.values() if "password-reset" in mail.message_id]
    assert resets == ["asha@example.com"]


@on_sqlite
@pytest.mark.parametrize(
    ("paths", "body", "limit"),
    [
        (["/api/register/"], {}, 200),
        (["/api/password-reset/"], {}, 60),
        (
            [
                "/api/password-reset/confirm/",
                "/api/password-reset/validate_token/",
                "/api/email/verify/",
            ],
            {"token": "a guess", "password": NEW},
            50,
        ),
        (["/api/token/refresh/"], {"refresh": "a guess"}, 100),
    ],
)
def test_abuse_of_public_routes_is_429(
    client: FlaskClient, paths: list[str], body: dict[str, str], limit: int
) -> None:
    turns = islice(cycle(paths), limit)
    assert 429 not in {client.post(path, json=body).status_code for path in turns}
    for path in paths:
        refused = client.post(path, json=body)
        assert refused.status_code == 429, path
        assert int(refused.headers["Retry-After"]) > 0


def test_secrets_are_in_no_table(
    app: Flask, client: FlaskClient, mailer: FakeMailer, dump: Callable[[], str]
) -> None:
    asha = a_customer(client)
    client.post("/api/password-reset/", json={"email": "asha@example.com"})
    run_worker(app)
    stored = dump()
    assert "asha@example.com" in stored
    for secret in (last_token(mailer), PASSWORD, asha.access, asha.refresh):
        assert secret not in stored


def test_invalid_reset_token_is_rejected(client: FlaskClient) -> None:
    tokens: tuple[object, ...] = ("", "x", "../../etc/passwd", "9" * 3000, None, 5, ["x"])
    for token in tokens:
        valid = client.post("/api/password-reset/validate_token/", json={"token": token})
        assert valid.status_code in {400, 404}
        body = {"token": token, "password": NEW}
        assert client.post("/api/password-reset/confirm/", json=body).status_code == 400


def test_public_routes_ignore_an_invalid_token(client: FlaskClient) -> None:
    register(client)
    invalid = {"Authorization": "Bearer null"}
    for path, body in (
        ("/api/token/", {"username": "asha", "password": PASSWORD}),
        ("/api/password-reset/", {"email": "asha@example.com"}),
    ):
        assert client.post(path, json=body, headers=invalid).status_code == 200
