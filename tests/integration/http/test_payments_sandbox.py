"""Payments and refunds over HTTP with the sandbox provider."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.checkout import ADDRESS, CheckoutFixture, Json, created, ok
from tests.support.databases import on_sqlite


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), DEBUG="True", EMAIL_BACKEND="file", RATELIMIT_ENABLED="False")


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> CheckoutFixture:
    return CheckoutFixture(client=client, injector=injector)


def test_order_is_paid_and_refunded(shop: CheckoutFixture, client: FlaskClient) -> None:
    asha = a_customer(client)
    product = shop.product(price=241, stock=3)
    order = shop.order(asha, {product: 2})
    intent = shop.intent(asha, order["id"])
    assert intent["amount"] == "482.00"
    assert intent["currency"] == "INR"
    assert intent["order_id"] == order["id"]
    assert intent["client_secret"].startswith(intent["payment_intent_id"])
    assert shop.intent(asha, order["id"]) == intent
    assert ok(shop.confirm(intent["payment_intent_id"]))["status"] == "succeeded"
    paid = ok(asha.get(f"/api/orders/{order['id']}/"))
    assert (paid["status"], paid["payment_status"]) == ("PAID", "PAID")
    assert paid["items"][0]["status"] == "CONFIRMED"
    assert shop.stock(product) == 1
    refund = ok(asha.post(f"/api/payments/refund/{order['id']}/", {"reason": "Too big"}))
    assert (refund["amount"], refund["status"]) == ("482.00", "succeeded")
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["status"] == "REFUNDED"
    assert shop.stock(product) == 3
    again = asha.post(f"/api/payments/refund/{order['id']}/")
    assert again.status_code == 409


def test_declined_card_leaves_the_order_payable(shop: CheckoutFixture, client: FlaskClient) -> None:
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])
    assert ok(shop.confirm(intent["payment_intent_id"], "decline"))["status"] == (
        "requires_payment_method"
    )
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["status"] == "PENDING"
    assert shop.intent(asha, order["id"]) == intent
    ok(shop.confirm(intent["payment_intent_id"]))
    assert shop.confirm(intent["payment_intent_id"]).status_code == 409


def test_disputed_payment_withholds_its_money_until_the_dispute_is_won(
    shop: CheckoutFixture, client: FlaskClient
) -> None:
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]

    def dispute(outcome: str, reference: str = intent) -> TestResponse:
        return client.post(f"/api/payments/sandbox/{reference}/dispute/", json={"outcome": outcome})

    assert dispute("open").status_code == 409
    ok(shop.confirm(intent))
    assert dispute("win").status_code == 409
    assert ok(dispute("open"))["status"] == "needs_response"
    assert dispute("open").status_code == 409
    refund = f"/api/payments/refund/{order['id']}/"
    assert asha.post(refund).get_json()["code"] == "payment_disputed"
    assert ok(dispute("respond"))["status"] == "under_review"
    assert ok(dispute("win"))["status"] == "won"
    assert dispute("lose").status_code == 409
    assert ok(asha.post(refund))["amount"] == "241.00"
    assert dispute("open").status_code == 409
    assert dispute("open", "pi_unknown").status_code == 404
    assert dispute("forget").status_code == 400


def test_checkout_of_a_changed_cart_replaces_the_order(
    shop: CheckoutFixture, client: FlaskClient
) -> None:
    asha = a_customer(client)
    address = created(asha.post("/api/addresses/", ADDRESS))["id"]
    first, second = shop.product(price=100), shop.product(price=50)
    shop.fill(asha, {first: 1})
    body = {"address_id": address}
    intent = ok(asha.post("/api/payments/payment-intent/", body))
    assert ok(asha.post("/api/payments/payment-intent/", body)) == intent
    assert len(done_list(asha.get("/api/cart/"))) == 1
    shop.fill(asha, {second: 1})
    changed = ok(asha.post("/api/payments/payment-intent/", body))
    assert changed["order_id"] != intent["order_id"]
    assert changed["amount"] == "150.00"
    assert ok(asha.get(f"/api/orders/{intent['order_id']}/"))["status"] == "CANCELLED"
    shop.work()
    assert shop.confirm(intent["payment_intent_id"]).status_code == 409
    ok(shop.confirm(changed["payment_intent_id"]))
    assert done_list(asha.get("/api/cart/")) == []
    assert ok(asha.get("/api/orders/latest/"))["status"] == "PAID"


def done_list(response: TestResponse) -> list[object]:
    assert response.status_code == 200, response.text
    rows: list[object] = response.get_json()
    return rows


def test_cancelled_line_of_a_paid_order_is_refunded(
    shop: CheckoutFixture, client: FlaskClient
) -> None:
    asha = a_customer(client)
    kept, cancelled = shop.product(price=100, stock=5), shop.product(price=60, stock=5)
    order = shop.order(asha, {kept: 1, cancelled: 2})
    ok(shop.confirm(shop.intent(asha, order["id"])["payment_intent_id"]))
    line = next(item for item in order["items"] if item["product"] == cancelled)
    body = {"orderId": str(order["id"]), "itemId": line["id"], "reason": "Changed my mind"}
    ok(asha.post("/api/orders/cancel-item/", body))
    after = ok(asha.get(f"/api/orders/{order['id']}/"))
    assert {item["product"]: item["status"] for item in after["items"]} == {
        kept: "CONFIRMED",
        cancelled: "REFUNDED",
    }
    assert (after["status"], after["payment_status"]) == ("PAID", "PARTIALLY_REFUNDED")
    assert (shop.stock(kept), shop.stock(cancelled)) == (4, 5)
    assert asha.post("/api/orders/cancel-item/", body).status_code == 409
    rest = next(item for item in order["items"] if item["product"] == kept)
    ok(asha.post("/api/orders/cancel-item/", body | {"itemId": rest["id"]}))
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["status"] == "REFUNDED"


def test_staff_refund_parts_until_nothing_is_left(
    shop: CheckoutFixture, client: FlaskClient
) -> None:
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(price=100): 3})
    ok(shop.confirm(shop.intent(asha, order["id"])["payment_intent_id"]))
    url = f"/api/payments/refund/{order['id']}/"
    owner = shop.staff()
    assert asha.post(url, {"amount": "1.00"}).status_code == 403
    assert ok(owner.post(url, {"amount": "10.50"}))["amount"] == "10.50"
    item = {"id": order["items"][0]["id"], "quantity": 1}
    by_items = ok(owner.post(url, {"items": [item]}))
    assert (by_items["amount"], by_items["currency"]) == ("100.00", "INR")
    too_much = owner.post(url, {"amount": "189.51"})
    assert too_much.status_code == 409
    assert too_much.get_json()["code"] == "refund_exceeds_payment"
    assert ok(owner.post(url))["amount"] == "189.50"
    assert owner.post(url).status_code == 409
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["payment_status"] == "REFUNDED"


@on_sqlite
@pytest.mark.parametrize(
    "body",
    [
        {"amount": 1},
        {"amount": "-1.00"},
        {"amount": "0.00"},
        {"amount": "1.001"},
        {"amount": "1e3"},
        {"items": []},
        {"items": [{"id": 1}]},
        {"items": [{"id": 1, "quantity": True}]},
        {"items": "all"},
        {"reason": 7},
    ],
)
def test_invalid_refund_request_is_rejected(
    shop: CheckoutFixture, client: FlaskClient, body: dict[str, object]
) -> None:
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(): 1})
    ok(shop.confirm(shop.intent(asha, order["id"])["payment_intent_id"]))
    assert shop.staff().post(f"/api/payments/refund/{order['id']}/", body).status_code == 400


@on_sqlite
@pytest.mark.parametrize(
    "body", [{}, {"order_id": "1"}, {"order_id": True}, {"order_id": -1}, {"address_id": 1.5}, []]
)
def test_payment_intent_without_order_and_address_is_rejected(
    shop: CheckoutFixture,
    client: FlaskClient,
    body: object,
) -> None:
    asha = a_customer(client)
    shop.order(asha, {shop.product(): 1})
    assert asha.post("/api/payments/payment-intent/", body).status_code == 400


def test_orders_of_other_users_are_not_found(shop: CheckoutFixture, client: FlaskClient) -> None:
    order = shop.order(a_customer(client), {shop.product(): 1})
    ravi = a_customer(client, "ravi")
    body = {"order_id": order["id"]}
    assert ravi.post("/api/payments/payment-intent/", body).status_code == 404
    assert ravi.post(f"/api/payments/refund/{order['id']}/").status_code == 404
    assert client.post("/api/payments/payment-intent/", json=body).status_code == 401


def test_idempotency_key_replays_the_response(shop: CheckoutFixture, client: FlaskClient) -> None:
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(price=100): 1})
    intent = _keyed(shop, asha, "/api/payments/payment-intent/", {"order_id": order["id"]})
    ok(shop.confirm(intent["payment_intent_id"]))
    refund = _keyed(shop, asha, f"/api/payments/refund/{order['id']}/", {})
    assert refund["amount"] == "100.00"


def _keyed(shop: CheckoutFixture, person: Person, path: str, body: Json) -> Json:
    headers = person.headers | {"Idempotency-Key": "one-key" + path}
    first, second = (shop.client.post(path, json=body, headers=headers) for _ in range(2))
    assert first.status_code == 200, first.text
    assert second.data == first.data
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    other = shop.client.post(path, json=body | {"reason": "x", "order_id": 1}, headers=headers)
    assert other.status_code == 422
    found: Json = first.get_json()
    return found


def test_key_of_a_refund_does_not_refund_another_order(
    shop: CheckoutFixture, client: FlaskClient
) -> None:
    """Their requests have the same body, and differ in the path only."""
    asha = a_customer(client)
    orders = [shop.order(asha, {shop.product(price=price): 1}) for price in (100, 200)]
    headers = asha.headers | {"Idempotency-Key": "one-key"}
    for order in orders:
        ok(shop.confirm(shop.intent(asha, order["id"])["payment_intent_id"]))
    first, second = (
        client.post(f"/api/payments/refund/{order['id']}/", headers=headers) for order in orders
    )
    assert ok(first)["amount"] == "100.00"
    assert (second.status_code, second.get_json()["code"]) == (422, "idempotency_key_reused")
    shown = [ok(asha.get(f"/api/orders/{order['id']}/"))["status"] for order in orders]
    assert shown == ["REFUNDED", "PAID"]


def test_late_payment_is_refunded(shop: CheckoutFixture, client: FlaskClient) -> None:
    asha = a_customer(client)
    product = shop.product(stock=1)
    order = shop.order(asha, {product: 1})
    intent = shop.intent(asha, order["id"])
    ok(asha.post(f"/api/orders/cancel/{order['id']}/"))
    # The worker has not cancelled the payment yet.
    ok(shop.confirm(intent["payment_intent_id"]))
    shop.work()
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["status"] == "CANCELLED"
    assert shop.stock(product) == 1
    owner = shop.staff()
    assert owner.post(f"/api/payments/refund/{order['id']}/").status_code == 409


def test_sandbox_is_not_found_in_production(make_app: MakeApp) -> None:
    client = make_app(CheapPasswords()).test_client()
    response = client.post(
        "/api/payments/sandbox/pi_sandbox_1/confirm/", json={"outcome": "succeed"}
    )
    assert response.status_code == 404


def test_unknown_sandbox_payment_is_not_found(shop: CheckoutFixture) -> None:
    assert shop.confirm("pi_sandbox_unknown").status_code == 404
    assert shop.confirm("pi_sandbox_unknown", "explode").status_code == 400


def test_payment_without_a_provider_responds_503(make_app: MakeApp) -> None:
    app = make_app(CheapPasswords())
    client = app.test_client()
    shop = CheckoutFixture(client=client, injector=app.extensions["novacart.injector"])
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(): 1})
    response = asha.post("/api/payments/payment-intent/", {"order_id": order["id"]})
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_checkout_without_a_provider_places_no_order(make_app: MakeApp) -> None:
    app = make_app(CheapPasswords())
    client = app.test_client()
    shop = CheckoutFixture(client=client, injector=app.extensions["novacart.injector"])
    asha = a_customer(client)
    shop.fill(asha, {shop.product(): 1})
    address = created(asha.post("/api/addresses/", ADDRESS))
    response = asha.post("/api/payments/payment-intent/", {"address_id": address["id"]})
    assert response.status_code == 503
    assert ok(asha.get("/api/orders/my/"))["count"] == 0


def test_emails_of_an_order_are_written_to_files(
    shop: CheckoutFixture, client: FlaskClient, tmp_path: Path
) -> None:
    asha = a_customer(client)
    order = shop.order(asha, {shop.product(price=100): 2})
    ok(shop.confirm(shop.intent(asha, order["id"])["payment_intent_id"]))
    line = {"id": order["items"][0]["id"], "quantity": 1}
    ok(shop.staff().post(f"/api/payments/refund/{order['id']}/", {"items": [line]}))
    shop.work()
    mails = [path.name for path in tmp_path.rglob("*.eml") if order["number"] in path.name]
    # The sandbox refunds at once, so that the refund has one e-mail.
    assert len(mails) == 2


def test_declines_of_a_payment_and_of_an_account_are_bounded(
    make_app: MakeApp,
) -> None:
    app = make_app(DEBUG="True", MAX_DECLINES_PER_ORDER="3", MAX_DECLINES_PER_ACCOUNT="4")
    shop = CheckoutFixture(client=app.test_client(), injector=app.extensions["novacart.injector"])
    asha = a_customer(shop.client)
    kettle = shop.product(stock=10)
    order = shop.order(asha, {kettle: 2})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    responses = [shop.confirm(intent, "decline") for _ in range(25)]
    assert [response.status_code for response in responses] == [200] * 3 + [409] * 22
    assert responses[-1].get_json()["code"] == "payment_not_payable"
    assert shop.confirm(intent).status_code == 409
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["status"] == "CANCELLED"
    assert shop.stock(kettle) == 10

    order = shop.order(asha, {kettle: 2})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    assert shop.confirm(intent, "decline").status_code == 200
    response = asha.post("/api/payments/payment-intent/", {"order_id": order["id"]})
    assert (response.status_code, response.get_json()["code"]) == (429, "too_many_declines")
    assert 0 < int(response.headers["Retry-After"]) <= 24 * 3600
    shop.work()
    assert shop.reconcile() >= 1
    assert ok(shop.confirm(intent))["status"] == "succeeded"
