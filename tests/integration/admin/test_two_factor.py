"""Two-factor authentication, confirmation of identity and sign-out everywhere by staff."""

import re

import pyotp
import pytest
from flask import Flask
from injector import Injector
from werkzeug.test import TestResponse

from novacart.adapters.security.password_hasher import Argon2idHasher
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId
from tests.integration.admin.conftest import MakeApp
from tests.support.back_office import (
    PASSWORD,
    StaffClient,
    create_account,
    hidden_fields_in,
    staff_client,
)
from tests.support.clock import SetClock

SECURITY = "/admin/security/"


def code_of(secret: str, clock: SetClock) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()))


def enable(client: StaffClient, clock: SetClock) -> tuple[str, list[str]]:
    """Enable the second factor; return its secret and the recovery codes."""
    page = client.submit(f"{SECURITY}set-up/")
    assert page.status_code == 200, page.text
    match = re.search(r"Key: <code>([A-Z2-7 ]+)</code>", page.text)
    assert match is not None
    secret = match[1].replace(" ", "")
    shown = client.submit(f"{SECURITY}set-up/confirm/", {"code": code_of(secret, clock)})
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code></li>", shown.text)
    assert len(codes) == 10, shown.text
    clock.move(seconds=30)
    return secret, codes


def enter_code(client: StaffClient, code: str) -> TestResponse:
    token = client.csrf_token("/admin/sign-in/code/")
    return client.client.post("/admin/sign-in/code/", data={"csrf_token": token, "code": code})


def is_signed_in(client: StaffClient) -> bool:
    return client.get("/admin/account/").status_code == 200


def test_sign_in_asks_for_the_code_as_a_second_step(
    app: Flask, owner: StaffClient, clock: SetClock
) -> None:
    secret, codes = enable(owner, clock)
    assert "10 of 10 recovery codes" in owner.get(SECURITY).text
    client = StaffClient(app)
    response = client.sign_in("owner-one")
    assert response.headers["Location"].startswith("/admin/sign-in/code/")
    assert not is_signed_in(client)
    wrong = enter_code(client, "000000")
    assert (wrong.status_code, "wrong or was already used" in wrong.text) == (401, True)
    code = code_of(secret, clock)
    assert enter_code(client, code).headers["Location"] == "/admin/"
    assert is_signed_in(client)
    # The code works once, also for another client.
    other = StaffClient(app)
    other.sign_in("owner-one")
    assert enter_code(other, code).status_code == 401
    assert enter_code(other, codes[0]).status_code == 303
    assert "9 of 10 recovery codes" in other.get(SECURITY).text


def test_wrong_password_never_leads_to_the_code(
    app: Flask, owner: StaffClient, clock: SetClock
) -> None:
    enable(owner, clock)
    client = StaffClient(app)
    assert client.sign_in("owner-one", "wrong").status_code == 401
    assert client.get("/admin/sign-in/code/").headers["Location"].startswith("/admin/sign-in/")


def test_code_is_awaited_for_five_minutes(app: Flask, owner: StaffClient, clock: SetClock) -> None:
    enable(owner, clock)
    client = StaffClient(app)
    client.sign_in("owner-one")
    assert client.get("/admin/sign-in/code/").status_code == 200
    clock.move(minutes=5, seconds=1)
    assert client.get("/admin/sign-in/code/").status_code == 303


def test_wrong_codes_are_limited(app: Flask, owner: StaffClient, clock: SetClock) -> None:
    secret, _ = enable(owner, clock)
    client = StaffClient(app)
    client.sign_in("owner-one")
    for _ in range(5):
        assert enter_code(client, "000000").status_code == 401
    response = enter_code(client, code_of(secret, clock))
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 900


def test_qr_code_is_an_inline_image_that_the_policy_allows(owner: StaffClient) -> None:
    page = owner.submit(f"{SECURITY}set-up/")
    assert 'src="data:image/svg+xml;' in page.text
    assert "style=" not in page.text
    assert "<script>" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_wrong_first_code_shows_the_same_key_again(owner: StaffClient) -> None:
    first = owner.submit(f"{SECURITY}set-up/").text
    again = owner.submit(f"{SECURITY}set-up/confirm/", {"code": "000000"}).text
    key = re.compile(r"Key: <code>([A-Z2-7 ]+)</code>")
    assert key.findall(again) == key.findall(first)
    assert "wrong or was already used" in again


def test_disable_with_the_password(owner: StaffClient, app: Flask, clock: SetClock) -> None:
    enable(owner, clock)
    wrong = owner.submit(f"{SECURITY}disable/", {"password": "wrong"})
    assert "Your password is wrong." in wrong.text
    owner.submit(f"{SECURITY}disable/", {"password": PASSWORD})
    client = StaffClient(app)
    client.sign_in("owner-one")
    assert is_signed_in(client)


def test_replace_recovery_codes(owner: StaffClient, app: Flask, clock: SetClock) -> None:
    _, old = enable(owner, clock)
    new = owner.submit(f"{SECURITY}recovery-codes/").text
    assert old[0] not in new
    client = StaffClient(app)
    client.sign_in("owner-one")
    assert enter_code(client, old[0]).status_code == 401


def test_mandatory_second_factor_leads_every_page_to_the_set_up(
    make_app: MakeApp, clock: SetClock
) -> None:
    app = make_app(STAFF_MFA_REQUIRED="True")
    create_account(app.extensions["novacart.injector"], "owner")
    api = app.test_client()
    credentials = {"username": "owner-one", "password": PASSWORD}
    response = api.post("/api/token/", json=credentials)
    assert (response.status_code, response.get_json()["code"]) == (403, "mfa_setup_required")
    client = StaffClient(app)
    client.sign_in("owner-one")
    for page in ("/admin/", "/admin/orders/", "/admin/staff/"):
        assert client.get(page).headers["Location"] == SECURITY
    assert "mandatory" in client.get(SECURITY).text
    secret, _ = enable(client, clock)
    assert client.get("/admin/orders/").status_code == 200
    assert client.submit(f"{SECURITY}disable/", {"password": PASSWORD}).status_code == 409
    response = api.post("/api/token/", json=credentials)
    assert (response.status_code, response.get_json()["code"]) == (401, "mfa_required")
    wrong = api.post("/api/token/", json=credentials | {"otp": "000000"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (401, "mfa_code_not_valid")
    right = api.post("/api/token/", json=credentials | {"otp": code_of(secret, clock)})
    assert right.status_code == 200


def test_short_password_of_staff_leads_to_the_set_up(
    app: Flask, injector: Injector, clock: SetClock
) -> None:
    user_id = create_account(injector, "support", "meera")
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    hasher = injector.get(PasswordHasher)  # type: ignore[type-abstract]
    assert isinstance(hasher, Argon2idHasher)
    with begin() as work:
        user = work.users.get(UserId(user_id))
        user.change_password(hasher.hash("mango-9-roof"), at=clock.now())
        work.users.save(user)
        work.commit()
    client = StaffClient(app)
    client.sign_in("meera", "mango-9-roof")
    assert client.get("/admin/orders/").headers["Location"] == SECURITY
    assert "fewer than 15 characters" in client.get(SECURITY).text
    assert client.get("/admin/account/").status_code == 200
    enable(client, clock)
    assert client.get("/admin/orders/").status_code == 200


def test_role_change_asks_to_confirm_the_identity_after_15_minutes(
    owner: StaffClient, injector: Injector, clock: SetClock
) -> None:
    user_id = create_account(injector, "support", "meera")
    clock.move(minutes=16)
    page = f"/admin/staff/role/?id={user_id}"
    details = f"/admin/staff/details/?id={user_id}"
    typed = {"role": "manager"}
    for identity in ({}, {"identity_password": "wrong"}):
        response = owner.submit(page, typed | identity)
        assert response.status_code == 401
        assert hidden_fields_in(response.text, "") == typed
        assert "Support" in owner.get(details).text
    owner.submit(page, typed | {"identity_password": PASSWORD})
    assert "Manager" in owner.get(details).text


def test_new_staff_form_asks_to_confirm_the_identity_first(
    owner: StaffClient, clock: SetClock
) -> None:
    clock.move(minutes=16)
    confirm = owner.get("/admin/staff/new/").headers["Location"]
    assert owner.get(confirm).status_code == 200
    assert owner.submit(confirm, {"identity_password": "wrong"}).status_code == 401
    # The page of an earlier release sends the password in this field.
    assert PASSWORD not in owner.submit(confirm, {"password": PASSWORD}).text
    response = owner.submit(confirm, {"identity_password": PASSWORD})
    assert response.headers["Location"] == "/admin/staff/new/"
    assert owner.get("/admin/staff/new/").status_code == 200


def test_identity_is_confirmed_by_a_code(owner: StaffClient, clock: SetClock) -> None:
    secret, _ = enable(owner, clock)
    clock.move(minutes=16)
    assert owner.get("/admin/staff/new/").status_code == 303
    wrong = owner.submit(
        "/admin/security/confirm/", {"identity_password": "", "identity_code": "000000"}
    )
    assert wrong.status_code == 401
    code = code_of(secret, clock)
    owner.submit("/admin/security/confirm/", {"identity_password": "", "identity_code": code})
    assert owner.get("/admin/staff/new/").status_code == 200


def test_sign_out_everywhere(app: Flask, owner: StaffClient) -> None:
    other = StaffClient(app)
    other.sign_in("owner-one")
    api = app.test_client().post(
        "/api/token/", json={"username": "owner-one", "password": PASSWORD}
    )
    owner.submit(f"{SECURITY}sign-out-everywhere/")
    assert not is_signed_in(owner)
    assert not is_signed_in(other)
    headers = {"Authorization": f"Bearer {api.get_json()['access']}"}
    assert app.test_client().get("/api/whoami/", headers=headers).status_code == 401


def test_owner_resets_the_second_factor_of_staff(
    app: Flask, owner: StaffClient, injector: Injector, clock: SetClock
) -> None:
    user_id = create_account(injector, "support", "meera")
    meera = StaffClient(app)
    meera.sign_in("meera")
    enable(meera, clock)
    assert "Reset two-factor" in owner.get(f"/admin/staff/details/?id={user_id}").text
    owner.submit(f"/admin/staff/reset-mfa/?id={user_id}")
    assert not is_signed_in(meera)
    meera.sign_in("meera")
    assert is_signed_in(meera)


def test_owner_resets_the_second_factor_of_a_customer(
    app: Flask, owner: StaffClient, injector: Injector, clock: SetClock
) -> None:
    user_id = create_account(injector, "customer", "asha")
    login = {"username": "asha", "password": PASSWORD}
    client = app.test_client()
    headers = {
        "Authorization": f"Bearer {client.post('/api/token/', json=login).get_json()['access']}"
    }
    setup = client.post("/api/mfa/setup/", headers=headers).get_json()
    code = {"otp": code_of(setup["secret"], clock)}
    assert client.post("/api/mfa/confirm/", json=code, headers=headers).status_code == 200
    assert client.post("/api/token/", json=login).get_json()["code"] == "mfa_required"
    page = owner.get(f"/admin/customers/details/?id={user_id}").text
    assert "Reset two-factor" in page
    owner.submit(f"/admin/customers/reset-mfa/?id={user_id}")
    assert client.post("/api/token/", json=login).status_code == 200


@pytest.mark.parametrize("role", ["manager", "support", "catalog"])
def test_every_role_can_set_up_a_second_factor(app: Flask, role: str, clock: SetClock) -> None:
    enable(staff_client(app, role), clock)
