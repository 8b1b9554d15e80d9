"""Sign-in, token refresh and sign-out over HTTP, and attacks on tokens."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.application.accounts.disable_user import DisableUser, DisableUserCommand
from novacart.application.accounts.grant_role import GrantRole, GrantRoleCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from tests.support.accounts import (
    CheapPasswords,
    ClockAt,
    a_customer,
    register,
    sign_in,
)
from tests.support.builders.accounts import PASSWORD
from tests.support.clock import SetClock
from tests.support.query_counter import counted_statements

MakeApp = Callable[..., Flask]
KEY = "a-key-of-the-tests-alone-0123456789"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


@pytest.fixture
def app(make_app: MakeApp, clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock))


def assert_unauthorized(client: FlaskClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/api/whoami/", "/api/my/dashboard/", "/api/addresses/"):
        response = client.get(path, headers=headers)
        assert response.status_code == 401, authorization
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.content_type == "application/problem+json"
        assert response.get_json()["code"] == "not_authenticated"


def refresh(client: FlaskClient, token: str) -> tuple[int, dict[str, Any]]:
    response = client.post("/api/token/refresh/", json={"refresh": token})
    return response.status_code, response.get_json()


def verify(client: FlaskClient, token: str) -> int:
    return client.post("/api/token/verify/", json={"token": token}).status_code


def test_session_from_sign_in_to_sign_out(client: FlaskClient) -> None:
    asha = a_customer(client)
    status, tokens = refresh(client, asha.refresh)
    assert status == 200
    assert set(tokens) == {"access", "refresh"}
    assert [verify(client, token) for token in tokens.values()] == [200, 200]
    out = client.post("/api/token/blacklist/", json={"refresh": tokens["refresh"]})
    assert (out.status_code, out.get_json()) == (200, {})
    assert [verify(client, token) for token in tokens.values()] == [401, 401]
    assert_unauthorized(client, f"Bearer {asha.access}")
    assert_unauthorized(client, f"Bearer {tokens['access']}")
    assert refresh(client, tokens["refresh"])[0] == 401
    assert sign_in(client).get("/api/whoami/").status_code == 200


def test_failed_sign_ins_have_the_same_response(client: FlaskClient, injector: Injector) -> None:
    register(client)
    disabled = a_customer(client, "disabled")
    user_id = UserId(disabled.get("/api/my/dashboard/").get_json()["id"])
    injector.get(DisableUser)(DisableUserCommand(user_id=user_id, actor=SYSTEM))
    responses = [
        client.post("/api/token/", json={"username": login, "password": password})
        for login, password in (
            ("asha", "wrong"),
            ("unknown", PASSWORD),
            ("unknown@example.com", PASSWORD),
            ("disabled", PASSWORD),
            ("asha@example.com", "x" * 900),
        )
    ]
    for response in responses:
        body = response.get_json()
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert {name: body[name] for name in body if name != "request_id"} == {
            "type": "/problems/wrong-credentials",
            "title": "Unauthorized",
            "status": 401,
            "detail": "No active account found with the given credentials.",
            "code": "wrong_credentials",
        }


INVALID_SIGN_INS: tuple[object, ...] = (
    {},
    {"username": "a"},
    {"username": 1, "password": "x"},
    {"username": "a", "password": ""},
    [],
)


def test_sign_in_with_missing_or_invalid_fields_is_400(client: FlaskClient) -> None:
    for body in INVALID_SIGN_INS:
        assert client.post("/api/token/", json=body).status_code == 400


INVALID_HEADERS = (
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer null",
    "Bearer undefined",
    "Basic YTpi",
    "null",
    "Bearer a b",
    "Bearer a.b.c",
    "Bearer " + "x" * 3000,
)


def test_invalid_authorization_header_is_401(client: FlaskClient) -> None:
    for authorization in INVALID_HEADERS:
        assert_unauthorized(client, authorization)


def test_forged_and_expired_tokens_are_401(client: FlaskClient) -> None:
    asha = a_customer(client)
    claims = jwt.decode(asha.access, options={"verify_signature": False})
    now = datetime.now(UTC)

    def forged(changes: dict[str, Any], key: str = KEY, algorithm: str = "HS256") -> str:
        return jwt.encode(claims | changes, key, algorithm)

    assert (
        client.get("/api/whoami/", headers={"Authorization": f"Bearer {forged({})}"}).status_code
        == 200
    )
    for token in (
        forged({}, "", "none"),
        forged({}, "another key of at least 32 bytes length", "HS256"),
        forged({}, KEY * 2, "HS512"),
        forged({"exp": now - timedelta(seconds=1)}),
        forged({"nbf": now + timedelta(hours=1)}),
        forged({"iat": now + timedelta(hours=1)}),
        forged({"type": "refresh"}),
        forged({"sub": "999"}),
        forged({"sub": "1 OR 1=1"}),
        forged({"family": 999}),
        forged({"generation": 2}),
        asha.refresh,
    ):
        assert_unauthorized(client, f"Bearer {token}")


def test_disabling_and_roles_apply_to_the_next_request(
    client: FlaskClient, injector: Injector
) -> None:
    asha = a_customer(client)
    user_id = UserId(asha.get("/api/my/dashboard/").get_json()["id"])
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role=Role.SUPPORT, actor=SYSTEM))
    assert_unauthorized(client, f"Bearer {asha.access}")
    asha = sign_in(client)
    assert asha.get("/api/my/dashboard/").get_json()["is_staff"] is True
    injector.get(DisableUser)(DisableUserCommand(user_id=user_id, actor=SYSTEM))
    assert_unauthorized(client, f"Bearer {asha.access}")
    assert refresh(client, asha.refresh)[0] == 401


def test_successors_of_one_refresh_token_stay_valid(client: FlaskClient, clock: SetClock) -> None:
    asha = a_customer(client)
    tabs = [refresh(client, asha.refresh) for _ in range(7)]
    assert {status for status, _ in tabs} == {200}
    clock.move(hours=1)
    assert {refresh(client, tokens["refresh"])[0] for _, tokens in tabs} == {200}


def test_reuse_after_leeway_ends_only_that_session(client: FlaskClient, clock: SetClock) -> None:
    asha, phone = a_customer(client), sign_in(client)
    _, tokens = refresh(client, asha.refresh)
    clock.move(seconds=10)
    assert refresh(client, asha.refresh)[0] == 200
    clock.move(seconds=1)
    assert verify(client, asha.refresh) == 401
    assert verify(client, tokens["refresh"]) == 200
    status, problem = refresh(client, asha.refresh)
    assert (status, problem["code"]) == (401, "token_not_valid")
    assert refresh(client, tokens["refresh"])[0] == 401
    assert_unauthorized(client, f"Bearer {tokens['access']}")
    assert phone.get("/api/whoami/").status_code == 200
    assert refresh(client, phone.refresh)[0] == 200


@pytest.mark.parametrize(
    ("path", "field"), [("refresh", "refresh"), ("verify", "token"), ("blacklist", "refresh")]
)
def test_invalid_token_is_401_and_invalid_type_is_400(
    client: FlaskClient, path: str, field: str
) -> None:
    asha = a_customer(client)
    for token in ("", "null", "a.b.c", "é"):
        response = client.post(f"/api/token/{path}/", json={field: token})
        assert response.status_code == 401, token
        assert response.headers["WWW-Authenticate"] == "Bearer"
    wrong_types: tuple[object, ...] = (None, 5, True, ["x"], {})
    for value in wrong_types:
        assert client.post(f"/api/token/{path}/", json={field: value}).status_code == 400
    assert client.post(f"/api/token/{path}/", json={}).status_code == 400
    if path != "verify":
        body = {"refresh": asha.access}
        assert client.post(f"/api/token/{path}/", json=body).status_code == 401


def test_token_responses_are_not_cached(client: FlaskClient) -> None:
    register(client)
    body = {"username": "asha", "password": PASSWORD}
    response = client.post("/api/token/", json=body)
    assert response.headers["Cache-Control"] == "no-store"


def test_authentication_takes_one_query(client: FlaskClient, injector: Injector) -> None:
    asha = a_customer(client)
    with counted_statements(injector.get(Database)) as queries:
        assert asha.get("/api/my/dashboard/").status_code == 200
    assert len(queries) == 1


def try_sign_in(client: FlaskClient, address: str, password: str = "wrong", **body: str) -> int:
    response = client.post(
        "/api/token/",
        json={"username": "asha", "password": password, **body},
        environ_base={"REMOTE_ADDR": address},
    )
    if response.status_code == 429:
        assert response.get_json()["code"] == "too_many_requests"
        assert 0 < int(response.headers["Retry-After"]) <= 3600
    return response.status_code


def test_known_network_signs_in_during_an_attack(
    client: FlaskClient,
) -> None:
    register(client)
    assert try_sign_in(client, "192.0.2.1", PASSWORD) == 200
    checked = sum(
        try_sign_in(client, f"203.0.113.{number}", username=login) == 401
        for number in range(60)
        for login in ("asha", "asha@example.com")
    )
    assert checked <= 100
    assert try_sign_in(client, "192.0.2.2", PASSWORD) == 429
    assert try_sign_in(client, "192.0.2.1", PASSWORD) == 200


def test_sessions_of_an_account_are_bounded(make_app: MakeApp) -> None:
    client = make_app(CheapPasswords(), MAX_SESSIONS="3").test_client()
    register(client)
    people = [sign_in(client) for _ in range(5)]
    assert [person.get("/api/whoami/").status_code for person in people] == [401] * 2 + [200] * 3


def test_sign_ins_of_an_account_and_address_are_bounded(client: FlaskClient) -> None:
    register(client)
    statuses = [try_sign_in(client, "192.0.2.1", PASSWORD) for _ in range(35)]
    assert statuses == [200] * 30 + [429] * 5
    assert try_sign_in(client, "192.0.2.2", PASSWORD) == 200
