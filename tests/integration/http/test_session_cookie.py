"""Sessions whose refresh token is in a cookie, and requests of other sites."""

from collections.abc import Callable
from datetime import UTC, datetime
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.accounts import CheapPasswords, ClockAt, register, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.clock import SetClock

MakeApp = Callable[..., Flask]
NAME = "__Secure-novacart_session"
HERE = {"X-Session": "cookie", "Origin": "http://localhost"}
CREDENTIALS = {"username": "asha", "password": PASSWORD}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Cookies do not depend on the database."""
    return sqlite_url


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


@pytest.fixture
def app(make_app: MakeApp, clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    register(client)
    return client


def post(
    client: FlaskClient, path: str, body: object = None, headers: dict[str, str] | None = None
) -> TestResponse:
    return client.post(path, json=body or {}, headers=HERE if headers is None else headers)


def start(client: FlaskClient) -> str:
    response = post(client, "/api/token/", CREDENTIALS)
    assert response.status_code == 200, response.text
    access: str = response.get_json()["access"]
    return access


def cookie_of(response: TestResponse) -> "Morsel[str]":
    return SimpleCookie(response.headers["Set-Cookie"])[NAME]


def is_valid(client: FlaskClient, access: str) -> bool:
    response = client.get("/api/whoami/", headers={"Authorization": f"Bearer {access}"})
    return response.status_code == 200


def test_cookie_is_for_the_server_alone(client: FlaskClient) -> None:
    response = post(client, "/api/token/", CREDENTIALS)
    cookie = cookie_of(response)
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Strict")
    assert (cookie["path"], cookie["max-age"], cookie["domain"]) == (
        "/api/token/",
        str(7 * 24 * 3600),
        "",
    )
    assert set(response.get_json()) == {"access"}
    assert response.headers["Cache-Control"] == "no-store"


def test_development_cookie_needs_no_tls(make_app: MakeApp) -> None:
    client = make_app(CheapPasswords(), DEBUG="True").test_client()
    register(client)
    response = post(client, "/api/token/", CREDENTIALS)
    cookie = SimpleCookie(response.headers["Set-Cookie"])["novacart_session"]
    assert (cookie["secure"], cookie["httponly"]) == ("", True)


def test_session_in_a_cookie_from_sign_in_to_sign_out(client: FlaskClient) -> None:
    access = start(client)
    refreshed = post(client, "/api/token/refresh/")
    assert refreshed.status_code == 200
    assert set(refreshed.get_json()) == {"access"}
    first = cookie_of(refreshed).value
    assert cookie_of(post(client, "/api/token/refresh/")).value != first
    out = post(client, "/api/token/blacklist/")
    assert (out.status_code, out.get_json()) == (200, {})
    assert (cookie_of(out).value, cookie_of(out)["max-age"]) == ("", "0")
    assert not is_valid(client, access)
    assert not is_valid(client, refreshed.get_json()["access"])
    assert post(client, "/api/token/refresh/").status_code == 401


def test_refresh_without_a_cookie_is_401(client: FlaskClient) -> None:
    response = post(client, "/api/token/refresh/")
    assert (response.status_code, response.get_json()["code"]) == (401, "token_not_valid")


def test_sign_out_of_an_ended_session_deletes_the_cookie(client: FlaskClient) -> None:
    client.set_cookie(NAME, "a.b.c", path="/api/token/")
    out = post(client, "/api/token/blacklist/")
    assert (out.status_code, cookie_of(out)["max-age"]) == (200, "0")


def test_tabs_refresh_at_once_and_reuse_after_the_leeway_ends_the_session(
    client: FlaskClient, clock: SetClock
) -> None:
    start(client)
    stored = client.get_cookie(NAME, path="/api/token/")
    assert stored is not None

    def refresh_with_first() -> TestResponse:
        client.set_cookie(NAME, stored.value, path="/api/token/")
        return post(client, "/api/token/refresh/")

    assert {refresh_with_first().status_code for _ in range(7)} == {200}
    clock.move(seconds=11)
    assert refresh_with_first().status_code == 401


@pytest.mark.parametrize("path", ["/api/token/refresh/", "/api/token/blacklist/"])
def test_cookie_without_the_header_is_ignored(client: FlaskClient, path: str) -> None:
    access = start(client)
    response = post(client, path, headers={"Origin": "http://localhost"})
    assert (response.status_code, response.get_json()["refresh"]) == (
        400,
        ["Missing data for required field."],
    )
    assert is_valid(client, access)


FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "https://shop.example.evil.example"},
)


@pytest.mark.parametrize("path", ["/api/token/", "/api/token/refresh/", "/api/token/blacklist/"])
def test_request_of_another_site_is_403_and_changes_nothing(client: FlaskClient, path: str) -> None:
    access = start(client)
    for origin in FOREIGN:
        headers = {"X-Session": "cookie"} | origin
        response = post(client, path, CREDENTIALS, headers=headers)
        assert response.status_code == 403, origin
        assert response.get_json()["code"] == "origin_not_allowed"
        assert "Set-Cookie" not in response.headers
    assert is_valid(client, access)
    assert post(client, "/api/token/refresh/").status_code == 200


def test_page_of_an_allowed_origin_uses_the_cookie(client: FlaskClient) -> None:
    allowed = {"X-Session": "cookie", "Origin": "https://shop.example"}
    signed_in = post(client, "/api/token/", CREDENTIALS, headers=allowed)
    bearer = {"Authorization": f"Bearer {signed_in.get_json()['access']}"}
    passwords = {"current_password": PASSWORD, "new_password": "another long phrase"}
    for response in (
        signed_in,
        post(client, "/api/password/change/", passwords, headers=allowed | bearer),
        post(client, "/api/token/refresh/", headers=allowed),
        post(client, "/api/token/blacklist/", headers=allowed),
    ):
        assert response.status_code == 200, response.text
        assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in response.vary


def preflight(client: FlaskClient, origin: str, path: str) -> dict[str, str]:
    response = client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-session",
        },
    )
    return {name.lower(): value for name, value in response.headers.items()}


def test_preflight_allows_the_header_and_credentials_to_allowed_origins_only(
    client: FlaskClient,
) -> None:
    allowed = preflight(client, "https://shop.example", "/api/token/refresh/")
    assert "x-session" in allowed["access-control-allow-headers"]
    assert allowed["access-control-allow-credentials"] == "true"
    for origin, path in (
        ("https://evil.example", "/api/token/refresh/"),
        ("https://shop.example", "/api/cart/"),
    ):
        assert "access-control-allow-credentials" not in preflight(client, origin, path)


def test_bearer_clients_get_no_cookie(client: FlaskClient) -> None:
    person = sign_in(client)
    refreshed = client.post("/api/token/refresh/", json={"refresh": person.refresh})
    out = client.post("/api/token/blacklist/", json={"refresh": refreshed.get_json()["refresh"]})
    assert [response.status_code for response in (refreshed, out)] == [200, 200]
    assert "Set-Cookie" not in refreshed.headers
    assert "Set-Cookie" not in out.headers


def test_changed_password_renews_the_cookie(client: FlaskClient) -> None:
    access = start(client)
    body: dict[str, Any] = {"current_password": PASSWORD, "new_password": "another long phrase"}
    bearer = {"Authorization": f"Bearer {access}"}
    path = "/api/password/change/"
    foreign = bearer | {"X-Session": "cookie", "Origin": "https://evil.example"}
    assert post(client, path, body, headers=foreign).status_code == 403
    changed = post(client, path, body, headers=bearer | HERE)
    assert (changed.status_code, set(changed.get_json())) == (200, {"access"})
    assert cookie_of(changed)["path"] == "/api/token/"
    assert not is_valid(client, access)
    assert is_valid(client, changed.get_json()["access"])
    assert post(client, "/api/token/refresh/").status_code == 200


def test_session_in_the_cookie_is_not_delayed_by_failures_of_others(client: FlaskClient) -> None:
    start(client)
    for number in range(60):
        client.post(
            "/api/token/",
            json={"username": "asha", "password": "wrong"},
            environ_base={"REMOTE_ADDR": f"203.0.113.{number}"},
        )
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    refused = client.post("/api/token/", json=CREDENTIALS, environ_base=elsewhere)
    assert refused.status_code == 429
    allowed = client.post("/api/token/", json=CREDENTIALS, headers=HERE, environ_base=elsewhere)
    assert allowed.status_code == 200
