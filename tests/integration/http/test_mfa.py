"""Two-factor authentication and the list of sessions, over HTTP."""

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, ClockAt, Person, a_customer, register, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.clock import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def app(make_app: MakeApp, clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock))


def set_up(person: Person, clock: SetClock) -> tuple[str, list[str]]:
    """Enable two-factor authentication; return the secret and the recovery codes."""
    response = person.post("/api/mfa/setup/")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    setup = response.get_json()
    assert set(setup) == {"secret", "uri", "qr_code"}
    secret: str = setup["secret"]
    confirmed = person.post("/api/mfa/confirm/", {"otp": code_of(secret, clock)})
    assert confirmed.status_code == 200
    clock.move(seconds=30)
    codes: list[str] = confirmed.get_json()["recovery_codes"]
    return secret, codes


def code_of(secret: str, clock: SetClock) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()))


def test_customer_signs_in_with_a_second_factor_and_disables_it(
    client: FlaskClient, clock: SetClock
) -> None:
    asha = a_customer(client)
    assert asha.get("/api/mfa/").get_json() == {"is_enabled": False, "recovery_codes": 0}
    secret, codes = set_up(asha, clock)
    assert len(codes) == 10
    assert asha.get("/api/mfa/").get_json() == {"is_enabled": True, "recovery_codes": 10}
    assert asha.post("/api/mfa/setup/").get_json()["code"] == "mfa_already_enabled"

    login = {"username": "asha", "password": PASSWORD}
    refused = client.post("/api/token/", json=login)
    assert (refused.status_code, refused.get_json()["code"]) == (401, "mfa_required")
    wrong = client.post("/api/token/", json=login | {"otp": "000000"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (401, "mfa_code_not_valid")
    for otp in (code_of(secret, clock), codes[0]):
        assert client.post("/api/token/", json=login | {"otp": otp}).status_code == 200

    replaced = asha.post("/api/mfa/recovery-codes/")
    assert replaced.headers["Cache-Control"] == "no-store"
    assert not set(replaced.get_json()["recovery_codes"]) & set(codes)

    refused = asha.post("/api/mfa/disable/", {"password": "wrong"})
    assert (refused.status_code, list(refused.get_json()["errors"])) == (400, ["password"])
    assert asha.post("/api/mfa/disable/", {"password": PASSWORD}).status_code == 200
    assert client.post("/api/token/", json=login).status_code == 200
    again = asha.post("/api/mfa/disable/", {"password": PASSWORD})
    assert (again.status_code, again.get_json()["code"]) == (409, "mfa_not_enabled")
    assert asha.post("/api/mfa/recovery-codes/").get_json()["code"] == "mfa_not_enabled"


def test_wrong_first_code_names_the_field_and_is_limited(client: FlaskClient) -> None:
    asha = a_customer(client)
    early = asha.post("/api/mfa/confirm/", {"otp": "000000"})
    assert (early.status_code, early.get_json()["code"]) == (409, "mfa_not_enabled")
    asha.post("/api/mfa/setup/")
    for _ in range(5):
        refused = asha.post("/api/mfa/confirm/", {"otp": "000000"})
        assert (refused.status_code, list(refused.get_json()["errors"])) == (400, ["otp"])
    limited = asha.post("/api/mfa/confirm/", {"otp": "000000"})
    assert limited.status_code == 429
    assert int(limited.headers["Retry-After"]) > 0


def test_old_session_confirms_the_identity_before_the_set_up(
    client: FlaskClient, clock: SetClock
) -> None:
    asha = a_customer(client)
    clock.move(minutes=16)
    refused = asha.post("/api/mfa/setup/")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "reauthentication_required")
    for body, field in (
        ({"password": "wrong"}, "password"),
        ({"otp": "000000"}, "otp"),
        ({}, "password"),
        ({"password": PASSWORD, "otp": "000000"}, "password"),
    ):
        response = asha.post("/api/reauthenticate/", body)
        assert (response.status_code, list(response.get_json()["errors"])) == (400, [field])
    assert asha.post("/api/reauthenticate/", {"password": PASSWORD}).status_code == 200
    secret, _ = set_up(asha, clock)
    clock.move(minutes=16)
    code = {"otp": code_of(secret, clock)}
    assert asha.post("/api/reauthenticate/", code).status_code == 200
    assert asha.post("/api/mfa/recovery-codes/").status_code == 200


def test_sessions_are_listed_and_ended(client: FlaskClient, clock: SetClock) -> None:
    register(client)
    client.environ_base["HTTP_USER_AGENT"] = "Phone/1.0"
    phone = sign_in(client)
    clock.move(minutes=1)
    client.environ_base["HTTP_USER_AGENT"] = "Laptop/2.0"
    laptop, tablet = sign_in(client), sign_in(client)
    sessions = laptop.get("/api/sessions/").get_json()
    assert [session["user_agent"] for session in sessions] == [
        "Laptop/2.0",
        "Laptop/2.0",
        "Phone/1.0",
    ]
    assert [session["is_current"] for session in sessions] == [False, True, False]
    assert sessions[0]["opened_at"] == sessions[0]["last_used_at"] > sessions[2]["opened_at"]

    ravi = a_customer(client, "ravi")
    path = f"/api/sessions/{sessions[2]['id']}/"
    assert ravi.delete(path).status_code == 404
    assert laptop.delete(path).status_code == 204
    assert phone.get("/api/whoami/").status_code == 401
    again = laptop.delete(path)
    assert (again.status_code, again.get_json()["code"]) == (404, "session_not_found")

    assert laptop.post("/api/sessions/revoke-others/").status_code == 200
    assert tablet.get("/api/whoami/").status_code == 401
    assert len(laptop.get("/api/sessions/").get_json()) == 1
    assert len(ravi.get("/api/sessions/").get_json()) == 1


def test_setting_up_ends_the_other_sessions(client: FlaskClient, clock: SetClock) -> None:
    register(client)
    phone, laptop = sign_in(client), sign_in(client)
    set_up(laptop, clock)
    assert laptop.get("/api/whoami/").status_code == 200
    assert phone.get("/api/whoami/").status_code == 401
