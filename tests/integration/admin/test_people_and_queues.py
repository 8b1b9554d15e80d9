"""Customers, staff, what is parked, the audit log and the first page."""

import pytest
from flask import Flask
from injector import Injector

from novacart.application.ports.outbox import Outbox
from novacart.entrypoints.container import build_relay
from tests.support.back_office import PASSWORD, StaffClient, create_account
from tests.support.clock import SetClock
from tests.support.shoppers import Shopper, stocked


def relayed(injector: Injector) -> None:
    relay = build_relay(injector)
    while relay() is not None:
        pass


def test_a_customer_is_disabled_and_enabled(app: Flask, owner: StaffClient) -> None:
    asha = Shopper(app.test_client())
    user_id = asha.person.get("/api/my/dashboard/").get_json()["id"]
    owner.submit(f"/admin/customers/disable/?id={user_id}")
    assert asha.person.get("/api/whoami/").status_code == 401
    assert "Disabled" in owner.get(f"/admin/customers/details/?id={user_id}").text
    owner.submit(f"/admin/customers/enable/?id={user_id}")
    assert "Active" in owner.get(f"/admin/customers/details/?id={user_id}").text


def test_a_customer_is_sent_a_reset_link(owner: StaffClient, injector: Injector) -> None:
    user_id = create_account(injector, "customer", "asha")
    owner.submit(f"/admin/customers/reset/?id={user_id}")
    relayed(injector)
    assert "accounts.password_reset_requested" in owner.get("/admin/outbox/").text


def test_staff_are_no_customers_and_customers_no_staff(
    owner: StaffClient, injector: Injector
) -> None:
    asha, meera = (
        create_account(injector, "customer", "asha"),
        create_account(injector, "support", "meera"),
    )
    assert owner.get(f"/admin/customers/details/?id={meera}").status_code == 404
    assert owner.get(f"/admin/staff/details/?id={asha}").status_code == 404


def test_staff_are_added_appointed_and_let_go(app: Flask, owner: StaffClient) -> None:
    new = {"username": "meera", "email": "meera@shop.example", "role": "catalog"}
    answer = owner.submit("/admin/staff/new/", {**new, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    user_id = answer.headers["Location"].rpartition("=")[2]
    meera = StaffClient(app)
    meera.sign_in("meera")
    assert meera.get("/admin/orders/").status_code == 403
    owner.submit(f"/admin/staff/appoint/?id={user_id}", {"role": "manager"})
    assert meera.get("/admin/orders/").status_code == 200
    owner.submit(f"/admin/staff/disable/?id={user_id}")
    assert meera.get("/admin/orders/").status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "short"}, "too short"),
        ({"username": "owner-one"}, "already exists"),
        ({"role": "customer"}, "Not a valid choice"),
    ],
)
def test_staff_that_can_t_be_added_are_told_why(
    owner: StaffClient, changes: dict[str, str], sentence: str
) -> None:
    new = {"username": "meera", "email": "m@shop.example", "role": "support", "password": PASSWORD}
    answer = owner.submit("/admin/staff/new/", {**new, **changes})
    assert answer.status_code == 200
    assert sentence in answer.text


def test_the_shop_keeps_an_owner(owner: StaffClient) -> None:
    page = owner.get("/admin/staff/").text
    user_id = page.partition("/admin/staff/details/?id=")[2].partition('"')[0]
    owner.submit(f"/admin/staff/appoint/?id={user_id}", {"role": "support"})
    assert "The shop keeps at least one active owner." in owner.flash_messages()
    owner.submit(f"/admin/staff/disable/?id={user_id}")
    assert owner.flash_messages() == ["You can't disable yourself.".replace("'", "&#39;")]


def test_a_parked_message_is_retried(
    owner: StaffClient, injector: Injector, clock: SetClock
) -> None:
    outbox = injector.get(Outbox)  # type: ignore[type-abstract]
    create_account(injector, "customer", "asha")
    relayed(injector)
    create_account(injector, "customer", "ravi")
    message = outbox.claim(at=clock.now(), until=clock.now())
    assert message is not None
    outbox.park(message, at=clock.now(), error="No answer", handled_by=frozenset())
    assert "1 parked messages" in owner.get("/admin/").text
    page = owner.get(f"/admin/outbox/details/?id={message.id}").text
    assert "No answer" in page
    assert "Try again" in page
    owner.submit(f"/admin/outbox/retry/?id={message.id}")
    relayed(injector)
    assert not outbox.parked()
    owner.submit("/admin/outbox/action/", {"action": "retry", "rowid": str(message.id)})
    assert "Parked messages made due again: 0." in owner.flash_messages()
    relayed(injector)
    assert f"outbox_message:{message.id}" in owner.get("/admin/audit/").text


def test_a_stock_count_is_in_the_audit_log(owner: StaffClient, injector: Injector) -> None:
    product = stocked(injector)
    owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-3", "reason": "Broken"})
    relayed(injector)
    log = owner.get("/admin/audit/").text
    assert "stock.adjusted" in log
    entry = log.partition("/admin/audit/details/?id=")[2].partition('"')[0]
    page = owner.get(f"/admin/audit/details/?id={entry}").text
    for text in ("Broken", "-3", "staff:", f"product:{product}"):
        assert text in page


def test_every_change_is_in_the_audit_log_with_who_and_what(
    owner: StaffClient, injector: Injector
) -> None:
    product = stocked(injector)
    form = {"title": "Copper kettle", "price": "21.00", "version": "1", "category": ""}
    answer = owner.client.post(
        f"/admin/products/edit/?id={product}",
        data={"csrf_token": owner.csrf_token(), **form},
        headers={"X-Request-ID": "the-request-1"},
    )
    assert answer.status_code == 302
    relayed(injector)
    log = owner.get("/admin/audit/?request_id=the-request-1").text
    assert "catalog.product_edited" in log
    assert "staff:" in log
    entry = log.partition("/admin/audit/details/?id=")[2].partition('"')[0]
    page = owner.get(f"/admin/audit/details/?id={entry}").text
    for text in ("Kettle", "Copper kettle", "the-request-1", f"product:{product}"):
        assert text in page


def test_the_first_page_tells_how_business_goes(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    asha = Shopper(app.test_client())
    asha.ordered(stocked(injector, price=250, stock=3))
    page = owner.get("/admin/?days=7").text
    assert "Orders placed" in page
    assert "Running out" in page
    data = owner.get("/admin/data/?days=7").get_json()
    assert len(data["day"]) == 7
    assert data["orders"][-1] == 1


def test_the_health_page_names_what_the_shop_stands_on(owner: StaffClient) -> None:
    page = owner.get("/admin/health/").text
    for text in ("the built-in sandbox", "The database can be reached.", "Webhook events"):
        assert text in page
