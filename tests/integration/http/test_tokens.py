"""Sign-in, refresh, verification and sign-out over HTTP, and attacks on them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.application.accounts.disable_user import AccountOf, DisableUser
from novacart.application.accounts.grant_role import GrantRole, GrantRoleCommand
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


def refused(client: FlaskClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/api/whoami/", "/api/my/dashboard/", "/api/addresses/"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401, authorization
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["code"] == "not_authenticated"


def refresh(client: FlaskClient, token: str) -> tuple[int, dict[str, Any]]:
    answer = client.post("/api/token/refresh/", json={"refresh": token})
    return answer.status_code, answer.get_json()


def verify(client: FlaskClient, token: str) -> int:
    return client.post("/api/token/verify/", json={"token": token}).status_code


def test_a_session_from_sign_in_to_sign_out(client: FlaskClient) -> None:
    asha = a_customer(client)
    status, tokens = refresh(client, asha.refresh)
    assert status == 200
    assert set(tokens) == {"access", "refresh"}
    assert [verify(client, token) for token in tokens.values()] == [200, 200]
    out = client.post("/api/token/blacklist/", json={"refresh": tokens["refresh"]})
    assert (out.status_code, out.get_json()) == (200, {})
    assert [verify(client, token) for token in tokens.values()] == [401, 401]
    refused(client, f"Bearer {asha.access}")
    refused(client, f"Bearer {tokens['access']}")
    assert refresh(client, tokens["refresh"])[0] == 401
    assert sign_in(client).get("/api/whoami/").status_code == 200


def test_everything_wrong_with_a_sign_in_is_told_alike(
    client: FlaskClient, injector: Injector
) -> None:
    register(client)
    gone = a_customer(client, "gone")
    user_id = UserId(gone.get("/api/my/dashboard/").get_json()["id"])
    injector.get(DisableUser)(AccountOf(user_id=user_id))
    answers = [
        client.post("/api/token/", json={"username": login, "password": password})
        for login, password in (
            ("asha", "wrong"),
            ("nobody", PASSWORD),
            ("nobody@example.com", PASSWORD),
            ("gone", PASSWORD),
            ("asha@example.com", "x" * 900),
        )
    ]
    for answer in answers:
        body = answer.get_json()
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert {name: body[name] for name in body if name != "request_id"} == {
            "type": "/problems/wrong-credentials",
            "title": "Unauthorized",
            "status": 401,
            "detail": "No active account found with the given credentials.",
            "code": "wrong_credentials",
        }


NO_SIGN_INS: tuple[object, ...] = (
    {},
    {"username": "a"},
    {"username": 1, "password": "x"},
    {"username": "a", "password": ""},
    [],
)


def test_a_sign_in_without_its_fields_is_a_bad_request(client: FlaskClient) -> None:
    for body in NO_SIGN_INS:
        assert client.post("/api/token/", json=body).status_code == 400


NO_TOKENS = (
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


def test_a_header_that_is_no_token_is_401(client: FlaskClient) -> None:
    for authorization in NO_TOKENS:
        refused(client, authorization)


def test_forged_and_stale_tokens_are_401(client: FlaskClient) -> None:
    asha = a_customer(client)
    mine = jwt.decode(asha.access, options={"verify_signature": False})
    now = datetime.now(UTC)

    def forged(changes: dict[str, Any], key: str | None = KEY, algorithm: str = "HS256") -> str:
        return jwt.encode(mine | changes, key, algorithm)

    assert (
        client.get("/api/whoami/", headers={"Authorization": f"Bearer {forged({})}"}).status_code
        == 200
    )
    for token in (
        forged({}, None, "none"),
        forged({}, "another key, quite as long as ours is", "HS256"),
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
        refused(client, f"Bearer {token}")


def test_disabling_and_roles_count_from_the_next_request_on(
    client: FlaskClient, injector: Injector
) -> None:
    asha = a_customer(client)
    user_id = UserId(asha.get("/api/my/dashboard/").get_json()["id"])
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role="support"))
    assert asha.get("/api/my/dashboard/").get_json()["is_staff"] is True
    injector.get(DisableUser)(AccountOf(user_id=user_id))
    refused(client, f"Bearer {asha.access}")
    assert refresh(client, asha.refresh)[0] == 401


def test_tabs_refresh_at_once_and_each_goes_on(client: FlaskClient, clock: SetClock) -> None:
    asha = a_customer(client)
    tabs = [refresh(client, asha.refresh) for _ in range(7)]
    assert {status for status, _ in tabs} == {200}
    clock.move(hours=1)
    assert {refresh(client, tokens["refresh"])[0] for _, tokens in tabs} == {200}


def test_a_token_that_comes_back_after_the_leeway_ends_its_family_alone(
    client: FlaskClient, clock: SetClock
) -> None:
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
    refused(client, f"Bearer {tokens['access']}")
    assert phone.get("/api/whoami/").status_code == 200
    assert refresh(client, phone.refresh)[0] == 200


@pytest.mark.parametrize(
    ("path", "field"), [("refresh", "refresh"), ("verify", "token"), ("blacklist", "refresh")]
)
def test_what_is_no_token_is_401_and_what_is_no_text_is_400(
    client: FlaskClient, path: str, field: str
) -> None:
    asha = a_customer(client)
    for token in ("", "null", "a.b.c", "é"):
        answer = client.post(f"/api/token/{path}/", json={field: token})
        assert answer.status_code == 401, token
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    nothing: tuple[object, ...] = (None, 5, True, ["x"], {})
    for thing in nothing:
        assert client.post(f"/api/token/{path}/", json={field: thing}).status_code == 400
    assert client.post(f"/api/token/{path}/", json={}).status_code == 400
    if path != "verify":
        body = {"refresh": asha.access}
        assert client.post(f"/api/token/{path}/", json=body).status_code == 401


def test_tokens_are_kept_in_no_cache(client: FlaskClient) -> None:
    register(client)
    body = {"username": "asha", "password": PASSWORD}
    answer = client.post("/api/token/", json=body)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_signed_in_request_is_known_by_one_query(client: FlaskClient, injector: Injector) -> None:
    asha = a_customer(client)
    with counted_statements(injector.get(Database)) as queries:
        assert asha.get("/api/my/dashboard/").status_code == 200
    assert len(queries) == 1
