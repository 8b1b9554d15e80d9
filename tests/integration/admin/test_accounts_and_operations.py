"""Customers, staff, outbox, audit log, dashboard and system health."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from injector import Injector

from novacart.application.ports.outbox import Outbox
from novacart.entrypoints.container import build_relay
from tests.support.back_office import PASSWORD, StaffClient, create_account, staff_client
from tests.support.clock import SetClock
from tests.support.shoppers import Shopper, new_product


def run_relay(injector: Injector) -> None:
    relay = build_relay(injector)
    while relay():
        pass


def test_disable_and_enable_customer(app: Flask, owner: StaffClient) -> None:
    asha = Shopper(app.test_client())
    user_id = asha.person.get("/api/my/dashboard/").get_json()["id"]
    owner.submit(f"/admin/customers/disable/?id={user_id}")
    assert asha.person.get("/api/whoami/").status_code == 401
    assert "Disabled" in owner.get(f"/admin/customers/details/?id={user_id}").text
    owner.submit(f"/admin/customers/enable/?id={user_id}")
    assert "Active" in owner.get(f"/admin/customers/details/?id={user_id}").text


def test_locked_account_is_shown_and_unlocked(app: Flask, owner: StaffClient) -> None:
    asha = Shopper(app.test_client())
    user_id = asha.person.get("/api/my/dashboard/").get_json()["id"]
    credentials = {"username": asha.person.username, "password": "wrong"}
    for _ in range(10):
        app.test_client().post(
            "/api/token/", json=credentials, environ_base={"REMOTE_ADDR": "203.0.113.5"}
        )
    assert "203.0.113.5 for 1 min" in owner.get(f"/admin/customers/details/?id={user_id}").text
    owner.submit(f"/admin/customers/unlock/?id={user_id}")
    assert "203.0.113.5" not in owner.get(f"/admin/customers/details/?id={user_id}").text


def test_security_events_are_shown_with_the_address(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    app.test_client().post(
        "/api/token/",
        json={"username": "unknown", "password": "wrong"},
        environ_base={"REMOTE_ADDR": "203.0.113.7"},
    )
    support = staff_client(app, "support")
    assert support.get("/admin/staff/").status_code == 403
    Shopper(app.test_client())
    new_product(injector)
    run_relay(injector)
    page = owner.get("/admin/security-events/").text
    for text in ("accounts.sign_in_failed", "203.0.113.7", "accounts.access_denied"):
        assert text in page
    assert "catalog." not in page
    filtered = owner.get("/admin/security-events/?action=accounts.access_denied").text
    assert "203.0.113.7" not in filtered
    assert support.get("/admin/security-events/").status_code == 403


def test_send_password_reset_link(owner: StaffClient, injector: Injector) -> None:
    user_id = create_account(injector, "customer", "asha")
    owner.submit(f"/admin/customers/reset/?id={user_id}")
    run_relay(injector)
    assert "accounts.password_reset_requested" in owner.get("/admin/outbox/").text


def test_staff_and_customers_have_separate_pages(owner: StaffClient, injector: Injector) -> None:
    asha, meera = (
        create_account(injector, "customer", "asha"),
        create_account(injector, "support", "meera"),
    )
    assert owner.get(f"/admin/customers/details/?id={meera}").status_code == 404
    assert owner.get(f"/admin/staff/details/?id={asha}").status_code == 404


def invitation_page(app: Flask, folder: Path) -> str:
    """The path of the link in the only invitation mailed so far."""
    run_relay(app.extensions["novacart.injector"])
    [mail] = (folder / "var" / "mail").glob("staff-invitation-*.eml")
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    [link] = re.findall(
        r"http://localhost(/admin/sign-in/invitation/\?token=\S+)", body.get_content()
    )
    return str(link)


def test_invitation_page_reports_invalid_passwords(
    app: Flask, owner: StaffClient, tmp_path: Path
) -> None:
    new = {"username": "meera", "email": "meera@shop.example", "role": "catalog"}
    user_id = owner.submit("/admin/staff/new/", new).headers["Location"].rpartition("=")[2]
    page, client = invitation_page(app, tmp_path), StaffClient(app)
    for fields, message in (
        ({"new": PASSWORD, "repeated": "other"}, "do not match"),
        ({"new": "short", "repeated": "short"}, "at least 15 characters"),
    ):
        data = {"csrf_token": client.csrf_token(page)} | fields
        response = client.client.post(page, data=data)
        assert (response.status_code, message in response.text) == (200, True)
    assert StaffClient(app).get(page + "x").status_code == 400
    owner.submit(f"/admin/staff/invite/?id={user_id}")
    run_relay(app.extensions["novacart.injector"])
    assert len(list((tmp_path / "var" / "mail").glob("staff-invitation-*.eml"))) == 2


def test_add_staff_change_role_and_disable(app: Flask, owner: StaffClient, tmp_path: Path) -> None:
    new = {"username": "meera", "email": "meera@shop.example", "role": "catalog"}
    response = owner.submit("/admin/staff/new/", new)
    assert response.status_code == 302, response.text
    user_id = response.headers["Location"].rpartition("=")[2]
    assert "Not chosen yet" in owner.get(f"/admin/staff/details/?id={user_id}").text
    page = invitation_page(app, tmp_path)
    meera = StaffClient(app)
    data = {"csrf_token": meera.csrf_token(page), "new": PASSWORD, "repeated": PASSWORD}
    assert meera.client.post(page, data=data).status_code == 303
    assert "invalid or has expired" in meera.get(page).text
    meera.sign_in("meera")
    assert meera.get("/admin/orders/").status_code == 403
    owner.submit(f"/admin/staff/role/?id={user_id}", {"role": "manager"})
    assert meera.get("/admin/orders/").status_code == 200
    owner.submit(f"/admin/staff/disable/?id={user_id}")
    assert meera.get("/admin/orders/").status_code == 302


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": "owner-one"}, "already exists"),
        ({"role": "customer"}, "Not a valid choice"),
    ],
)
def test_add_staff_reports_invalid_fields(
    owner: StaffClient, changes: dict[str, str], message: str
) -> None:
    new = {"username": "meera", "email": "m@shop.example", "role": "support"}
    response = owner.submit("/admin/staff/new/", {**new, **changes})
    assert response.status_code == 200
    assert message in response.text


def test_last_owner_keeps_role_and_account(owner: StaffClient) -> None:
    page = owner.get("/admin/staff/").text
    user_id = page.partition("/admin/staff/details/?id=")[2].partition('"')[0]
    owner.submit(f"/admin/staff/role/?id={user_id}", {"role": "support"})
    assert "The shop needs at least one active owner." in owner.flash_messages()
    owner.submit(f"/admin/staff/disable/?id={user_id}")
    assert owner.flash_messages() == ["You cannot disable your own account."]


def test_retry_parked_message(owner: StaffClient, injector: Injector, clock: SetClock) -> None:
    outbox = injector.get(Outbox)  # type: ignore[type-abstract]
    create_account(injector, "customer", "asha")
    run_relay(injector)
    create_account(injector, "customer", "ravi")
    (message,) = outbox.claim(at=clock.now(), until=clock.now())
    outbox.park(message, at=clock.now(), error="Timeout", handled_by=frozenset())
    assert "Message not delivered: 1" in owner.get("/admin/").text
    page = owner.get(f"/admin/outbox/details/?id={message.id}").text
    assert "Timeout" in page
    assert "Retry" in page
    owner.submit(f"/admin/outbox/retry/?id={message.id}")
    run_relay(injector)
    assert not outbox.parked()
    owner.submit("/admin/outbox/action/", {"action": "retry", "rowid": str(message.id)})
    assert "Messages queued for retry: 0." in owner.flash_messages()
    run_relay(injector)
    assert f"outbox_message:{message.id}" in owner.get("/admin/audit/").text


def test_stock_adjustment_is_in_the_audit_log(owner: StaffClient, injector: Injector) -> None:
    product = new_product(injector)
    owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-3", "reason": "Broken"})
    run_relay(injector)
    log = owner.get("/admin/audit/").text
    assert "stock.adjusted" in log
    entry = log.partition("/admin/audit/details/?id=")[2].partition('"')[0]
    page = owner.get(f"/admin/audit/details/?id={entry}").text
    for text in ("Broken", "-3", "staff:", f"variant:{product}"):
        assert text in page


def test_edit_is_in_the_audit_log_with_actor_and_changes(
    owner: StaffClient, injector: Injector
) -> None:
    product = new_product(injector, price=124_100)
    form = {"title": "Copper kettle", "price": "21.00", "version": "1", "category_id": ""}
    response = owner.client.post(
        f"/admin/products/edit/?id={product}",
        data={"csrf_token": owner.csrf_token(), **form},
    )
    assert response.status_code == 302
    run_relay(injector)
    log = owner.get("/admin/audit/?action=catalog.product_edited").text
    assert "catalog.product_edited" in log
    assert "staff:" in log
    entry = log.partition("/admin/audit/details/?id=")[2].partition('"')[0]
    page = owner.get(f"/admin/audit/details/?id={entry}").text
    for text in ("Kettle", "Copper kettle", f"product:{product}"):
        assert text in page
    assert re.search(r"Price</th>\s*<td>₹1,24,100\.00</td>\s*<td>₹21\.00</td>", page)


def test_audit_log_shows_amounts_of_orders_and_new_products(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    Shopper(app.test_client()).ordered(new_product(injector, price=124_100))
    owner.submit(
        "/admin/products/new/",
        {"title": "Sari", "price": "1,24,100", "category_id": "", "stock": "1"},
    )
    run_relay(injector)
    for action, text in (
        ("order.placed", "<dt>Total</dt><dd>₹1,24,100.00</dd>"),
        ("catalog.product_added", "Price: ₹1,24,100.00<br>"),
    ):
        log = owner.get(f"/admin/audit/?action={action}").text
        entry = log.partition("/admin/audit/details/?id=")[2].partition('"')[0]
        assert text in owner.get(f"/admin/audit/details/?id={entry}").text


def test_dashboard_shows_orders_and_low_stock(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    asha = Shopper(app.test_client())
    asha.ordered(new_product(injector, price=250, stock=3))
    page = owner.get("/admin/?days=7").text
    assert "Orders placed" in page
    assert "Low stock" in page
    data = owner.get("/admin/data/?days=7").get_json()
    assert len(data["day"]) == 7
    assert data["orders"][-1] == 1


def test_health_page_shows_dependencies_and_queues(owner: StaffClient) -> None:
    page = owner.get("/admin/health/").text
    for text in ("Built-in sandbox", "The database can be reached.", "Webhook events"):
        assert text in page
