"""Sessions of staff: sign-in, expiry and sign-out."""

import re
from html import unescape

import pytest
from flask import Flask
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.accounts.disable_user import DisableUser, DisableUserCommand
from novacart.application.accounts.grant_role import GrantRole, GrantRoleCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from tests.integration.admin.conftest import MakeApp
from tests.support.back_office import PASSWORD, StaffClient, create_account
from tests.support.clock import SetClock
from tests.support.databases import on_sqlite

_HIDDEN = re.compile(r'<input[^>]* type="hidden"[^>]*>')
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


def hidden_fields(page: str) -> dict[str, str]:
    fields = [dict(_ATTRIBUTE.findall(each)) for each in _HIDDEN.findall(page)]
    return {each["name"]: unescape(each["value"]) for each in fields}


def is_signed_in(client: StaffClient) -> bool:
    return client.get("/admin/account/").status_code == 200


def test_session_cookie_is_restricted_to_this_host_and_https(make_app: MakeApp) -> None:
    app = make_app(DEBUG="False")
    create_account(app.extensions["novacart.injector"], "owner")
    response = StaffClient(app).sign_in("owner-one")
    [cookie] = response.headers.getlist("Set-Cookie")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} <= parts
    assert not any(part.startswith(("Expires", "Max-Age", "Domain")) for part in parts)
    assert response.headers["Cache-Control"] == "no-store"


def test_pages_outside_the_back_office_neither_set_nor_read_a_cookie(
    app: Flask, injector: Injector
) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    [cookie] = client.sign_in("owner-one").headers.getlist("Set-Cookie")
    headers = {"Cookie": cookie.partition(";")[0]}
    anonymous = app.test_client(use_cookies=False)
    assert anonymous.get("/admin/account/", headers=headers).status_code == 200
    assert anonymous.get("/api/whoami/", headers=headers).status_code == 401
    for path in ("/", "/api/health/", "/api/whoami/", "/adminx"):
        assert "Set-Cookie" not in anonymous.get(path, headers=headers).headers


@pytest.mark.parametrize("login", ["owner-one", "OWNER-ONE", "owner-one@shop.example"])
def test_sign_in_by_username_or_email(app: Flask, injector: Injector, login: str) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    assert client.sign_in(login).status_code == 303
    assert is_signed_in(client)


def test_customer_gets_the_same_error_as_unknown_user(app: Flask, injector: Injector) -> None:
    create_account(injector, "customer", "asha")
    responses = [
        StaffClient(app).sign_in("asha"),
        StaffClient(app).sign_in("asha", "wrong"),
        StaffClient(app).sign_in("unknown"),
    ]
    assert [response.status_code for response in responses] == [401, 401, 401]
    for response in responses:
        assert "No active staff account found with the given credentials." in response.text


def test_sign_in_starts_new_session(app: Flask, injector: Injector) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    before = client.csrf_token("/admin/sign-in/")
    client.sign_in("owner-one")
    response = client.client.post("/admin/sign-in/out/", data={"csrf_token": before})
    assert response.status_code == 400


def test_sign_in_redirects_to_the_requested_page(app: Flask, injector: Injector) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    redirect = client.get("/admin/orders/?status=PAID")
    proof = client.csrf_token("/admin/sign-in/")
    response = client.client.post(
        redirect.headers["Location"],
        data={"csrf_token": proof, "login": "owner-one", "password": PASSWORD},
    )
    assert response.headers["Location"] == "/admin/orders/?status=PAID"


@on_sqlite
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/admin/", "/\\evil.example", "/api/x", "x"]
)
def test_sign_in_does_not_redirect_to_other_sites(
    app: Flask, injector: Injector, target: str
) -> None:
    create_account(injector, "owner")
    client = StaffClient(app)
    response = client.client.post(
        "/admin/sign-in/",
        query_string={"next": target},
        data={
            "csrf_token": client.csrf_token("/admin/sign-in/"),
            "login": "owner-one",
            "password": PASSWORD,
        },
    )
    assert response.headers["Location"] == "/admin/"


def test_idle_session_expires_after_30_minutes(owner: StaffClient, clock: SetClock) -> None:
    clock.move(minutes=29)
    assert is_signed_in(owner)
    clock.move(minutes=29)
    assert is_signed_in(owner)
    clock.move(minutes=31)
    assert not is_signed_in(owner)


def test_session_expires_after_12_hours(owner: StaffClient, clock: SetClock) -> None:
    for _ in range(24):
        assert is_signed_in(owner)
        clock.move(minutes=29, seconds=59)
    clock.move(minutes=1)
    assert not is_signed_in(owner)


def test_form_that_is_sent_after_the_session_has_ended_is_kept(
    owner: StaffClient, clock: SetClock
) -> None:
    typed = {"name": 'Lamps "and" shades', "parent": "", "position": "1"}
    path = "/admin/categories/new/"

    def send(form: dict[str, str], site: str = "same-origin") -> TestResponse:
        return owner.client.post(path, data=form, headers={"Sec-Fetch-Site": site})

    form = hidden_fields(owner.get(path).text) | typed
    clock.move(minutes=31)
    ended = send(form)
    assert ended.status_code == 401
    assert "Sign in in another tab" in ended.text
    owner.sign_in("owner-one")
    again = send(hidden_fields(ended.text))
    assert again.status_code == 400
    assert "Lamps" not in owner.get("/admin/categories/").text
    assert "Lamps" not in send(form, "cross-site").text
    assert send(hidden_fields(again.text)).status_code == 302
    assert "Lamps &#34;and&#34; shades" in owner.get("/admin/categories/").text


@pytest.mark.parametrize("path", ["products/variants/?id=1", "sign-in/"])
@pytest.mark.parametrize(("fields", "is_read"), [(10_000, True), (10_001, False)])
def test_form_with_too_many_fields_is_not_parsed(
    app: Flask, path: str, fields: int, *, is_read: bool
) -> None:
    response = app.test_client().post(
        f"/admin/{path}",
        data="&".join(["a="] * fields),
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert (response.status_code != 413) == is_read
    assert ("The form has too many fields." in response.text) != is_read


def test_copied_cookie_is_invalid_after_sign_out(app: Flask, owner: StaffClient) -> None:
    cookie = owner.client.get_cookie("novacart_staff", path="/admin")
    assert cookie is not None
    response = owner.submit("/admin/sign-in/out/")
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert not is_signed_in(owner)
    copy = StaffClient(app)
    copy.client.set_cookie("novacart_staff", cookie.value, path="/admin")
    assert not is_signed_in(copy)


def test_disabling_ends_the_session(app: Flask, injector: Injector) -> None:
    user_id = create_account(injector, "support", "meera")
    client = StaffClient(app)
    client.sign_in("meera")
    assert is_signed_in(client)
    injector.get(DisableUser)(DisableUserCommand(user_id=UserId(user_id), actor=SYSTEM))
    assert not is_signed_in(client)
    assert client.sign_in("meera").status_code == 401


def test_role_change_applies_to_the_next_request(app: Flask, injector: Injector) -> None:
    user_id = UserId(create_account(injector, "manager", "meera"))
    create_account(injector, "owner")
    client = StaffClient(app)
    client.sign_in("meera")
    assert client.get("/admin/outbox/").status_code == 200
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role=Role.SUPPORT, actor=SYSTEM))
    assert client.get("/admin/outbox/").status_code == 403
    injector.get(GrantRole)(GrantRoleCommand(user_id=user_id, role=Role.CUSTOMER, actor=SYSTEM))
    assert not is_signed_in(client)


def test_password_change_ends_every_session(app: Flask, owner: StaffClient) -> None:
    other = StaffClient(app)
    other.sign_in("owner-one")
    new = "another horse 43 staple"
    response = owner.submit("/admin/account/", {"current": PASSWORD, "new": new, "repeated": new})
    assert response.status_code == 303
    assert not is_signed_in(owner)
    assert not is_signed_in(other)
    assert StaffClient(app).sign_in("owner-one").status_code == 401
    assert StaffClient(app).sign_in("owner-one", new).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "repeated", "message"),
    [
        (
            "wrong",
            "another horse 43 staple",
            "another horse 43 staple",
            "Your current password is wrong",
        ),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "another horse 43 staple", "another horse 44 staple", "do not match"),
    ],
)
def test_invalid_password_change_is_rejected(
    owner: StaffClient, current: str, new: str, repeated: str, message: str
) -> None:
    fields = {"current": current, "new": new, "repeated": repeated}
    response = owner.submit("/admin/account/", fields)
    assert response.status_code == 200
    assert message in response.text
    assert is_signed_in(owner)


# Case folding changes the normal form of the second pair.
@pytest.mark.parametrize(
    ("api_login", "admin_login"), [("owner-one", "Owner-One"), ("\u1e96ari", "H\u0331ARI")]
)
def test_failed_sign_ins_at_admin_and_api_count_together(
    app: Flask, api_login: str, admin_login: str
) -> None:
    api = app.test_client()
    for _ in range(5):
        api.post("/api/token/", json={"username": api_login, "password": "guess"})
        assert StaffClient(app).sign_in(admin_login, "guess").status_code == 401
    response = StaffClient(app).sign_in(admin_login)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


def test_pages_have_a_strict_content_security_policy(owner: StaffClient) -> None:
    page = owner.get("/admin/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert "//" not in page.text.replace("http://www.w3.org", "").replace("https:", "")
