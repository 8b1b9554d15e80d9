"""Staff's session: how it begins, and everything that ends it."""

import pytest
from flask import Flask
from injector import Injector

from novacart.application.accounts.disable_user import AccountOf, DisableUser
from novacart.application.accounts.grant_role import GrantRole, GrantRoleCommand
from novacart.domain.shared.ids import UserId
from tests.integration.admin.conftest import MakeApp
from tests.support.back_office import PASSWORD, StaffClient, create_account
from tests.support.clock import SetClock


def is_in(client: StaffClient) -> bool:
    return client.get("/admin/account/").status_code == 200


def test_the_cookie_is_for_the_back_office_alone(make_app: MakeApp) -> None:
    app = make_app(DEBUG="False")
    create_account(app.extensions["novacart.injector"], "owner")
    answer = StaffClient(app).sign_in("owner-one")
    [cookie] = answer.headers.getlist("Set-Cookie")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "Path=/admin", "SameSite=Lax", "Secure"} <= parts
    assert not any(part.startswith(("Expires", "Max-Age", "Domain")) for part in parts)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_api_sets_no_cookie(app: Flask) -> None:
    assert "Set-Cookie" not in app.test_client().get("/api/health/").headers


@pytest.mark.parametrize("login", ["owner-one", "OWNER-ONE", "owner-one@shop.example"])
def test_staff_sign_in_by_either_name(app: Flask, injector: Injector, login: str) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    assert client.sign_in(login).status_code == 303
    assert is_in(client)


def test_a_customer_is_told_what_a_stranger_is_told(app: Flask, injector: Injector) -> None:
    create_account(injector, "customer", "asha")
    answers = [
        StaffClient(app).sign_in("asha"),
        StaffClient(app).sign_in("asha", "wrong"),
        StaffClient(app).sign_in("nobody"),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    for answer in answers:
        assert "No active staff account was found with these credentials." in answer.text


def test_signing_in_begins_a_new_session(app: Flask, injector: Injector) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    before = client.csrf_token("/admin/sign-in/")
    client.sign_in("owner-one")
    answer = client.client.post("/admin/sign-in/out/", data={"csrf_token": before})
    assert answer.status_code == 400


def test_whoever_was_sent_to_sign_in_goes_on_from_there(app: Flask, injector: Injector) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    asked = client.get("/admin/orders/?status=PAID")
    proof = client.csrf_token("/admin/sign-in/")
    answer = client.client.post(
        asked.headers["Location"],
        data={"csrf_token": proof, "login": "owner-one", "password": PASSWORD},
    )
    assert answer.headers["Location"] == "/admin/orders/?status=PAID"


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/admin/", "/\\evil.example", "/api/x", "x"]
)
def test_signing_in_leads_nowhere_else(app: Flask, injector: Injector, there: str) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    answer = client.client.post(
        "/admin/sign-in/",
        query_string={"next": there},
        data={
            "csrf_token": client.csrf_token("/admin/sign-in/"),
            "login": "owner-one",
            "password": PASSWORD,
        },
    )
    assert answer.headers["Location"] == "/admin/"


def test_an_idle_session_ends(owner: StaffClient, clock: SetClock) -> None:
    clock.move(minutes=29)
    assert is_in(owner)
    clock.move(minutes=29)
    assert is_in(owner)
    clock.move(minutes=31)
    assert not is_in(owner)


def test_a_session_ends_after_twelve_hours_however_busy(
    owner: StaffClient, clock: SetClock
) -> None:
    for _ in range(24):
        assert is_in(owner)
        clock.move(minutes=29, seconds=59)
    clock.move(minutes=1)
    assert not is_in(owner)


def test_a_copy_of_the_cookie_is_worth_nothing_after_sign_out(
    app: Flask, owner: StaffClient
) -> None:
    cookie = owner.client.get_cookie("novacart_staff", path="/admin")
    assert cookie is not None
    owner.submit("/admin/sign-in/out/")
    assert not is_in(owner)
    thief = StaffClient(app)
    thief.client.set_cookie("novacart_staff", cookie.value, path="/admin")
    assert not is_in(thief)


def test_disabling_ends_a_session_at_once(app: Flask, injector: Injector) -> None:
    user_id = create_account(injector, "support", "meera")
    client = StaffClient(app)
    client.sign_in("meera")
    assert is_in(client)
    injector.get(DisableUser)(AccountOf(user_id=UserId(user_id)))
    assert not is_in(client)
    assert client.sign_in("meera").status_code == 401


def test_a_role_counts_from_the_next_page_on(app: Flask, injector: Injector) -> None:
    user_id = UserId(create_account(injector, "manager", "meera"))
    create_account(injector, "owner")
    client = StaffClient(app)
    client.sign_in("meera")
    assert client.get("/admin/outbox/").status_code == 200
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role="support"))
    assert client.get("/admin/outbox/").status_code == 403
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role="customer"))
    assert not is_in(client)


def test_a_new_password_ends_every_session(app: Flask, owner: StaffClient) -> None:
    elsewhere = StaffClient(app)
    elsewhere.sign_in("owner-one")
    new = "another horse 43 staple"
    answer = owner.submit("/admin/account/", {"current": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 303
    assert not is_in(owner)
    assert not is_in(elsewhere)
    assert StaffClient(app).sign_in("owner-one").status_code == 401
    assert StaffClient(app).sign_in("owner-one", new).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "sentence"),
    [
        ("wrong", "another horse 43 staple", "another horse 43 staple", "not your present"),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "another horse 43 staple", "another horse 44 staple", "not the same"),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    owner: StaffClient, current: str, new: str, again: str, sentence: str
) -> None:
    answer = owner.submit("/admin/account/", {"current": current, "new": new, "again": again})
    assert answer.status_code == 200
    assert sentence in answer.text
    assert is_in(owner)


def test_guessing_here_and_at_the_api_is_counted_together(app: Flask, injector: Injector) -> None:
    create_account(injector, "owner")
    api = app.test_client()
    for _ in range(10):
        api.post("/api/token/", json={"username": "owner-one", "password": "guess"})
        StaffClient(app).sign_in("Owner-One", "guess")
    answer = StaffClient(app).sign_in("owner-one")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_pages_keep_a_strict_policy(owner: StaffClient) -> None:
    page = owner.get("/admin/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert "//" not in page.text.replace("http://www.w3.org", "").replace("https:", "")
