"""Routes of orders."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.adapters.persistence.database import Database
from novacart.adapters.web.ordering.schemas import (
    CancellableItemSchema,
    OrderPageSchema,
    OrderSchema,
)
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.domain.shared.ids import OrderId
from tests.support.accounts import CheapPasswords, ClockAt
from tests.support.clock import SetClock
from tests.support.databases import on_sqlite
from tests.support.query_counter import counted_statements
from tests.support.shoppers import HOME, Shopper, mark_paid, new_product, stock_level


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock))


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


def test_place_online_order(asha: Shopper, injector: Injector) -> None:
    kettle, cup = new_product(injector, price=21, title="Kettle"), new_product(injector, price=10)
    asha.add(kettle, 2)
    asha.add(cup)
    response = asha.order(address_id=asha.address)
    order = response.get_json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/orders/{order['id']}/"
    first = order["items"][0]
    assert first == {
        "id": first["id"],
        "product": kettle,
        "variant": {"id": kettle, "sku": None, "options": ""},
        "product_title": "Kettle",
        "product_subtitle": "A subtitle",
        "product_image": "http://localhost/media/product.webp",
        "product_image_srcset": None,
        "quantity": 2,
        "price_at_purchase": "21.00",
        "status": "PENDING",
        "payment_method": "ONLINE",
        "cancelled_at": None,
        "refundable_amount": "0.00",
    }
    address = {name: value for name, value in HOME.items() if name != "is_default"}
    assert order | {"items": []} == {
        "id": order["id"],
        "number": order["number"],
        "status": "PENDING",
        "payment_method": "ONLINE",
        "payment_status": "PENDING",
        "total_amount": "52.00",
        "currency": "INR",
        "created_at": "2026-03-14T09:26:53Z",
        "paid_at": None,
        "returned_at": None,
        "expires_at": "2026-03-14T09:56:53Z",
        "shipped_at": None,
        "delivered_at": None,
        "carrier": None,
        "tracking_number": None,
        "refunded_amount": "0.00",
        "estimated_delivery": "2026-03-20",
        "address": address | {"id": asha.address},
        "items": [],
    }
    assert order["number"].startswith("NC-20260314-")
    assert asha.cart() == []
    assert (stock_level(injector, kettle), stock_level(injector, cup)) == ((10, 2), (10, 1))
    for path in (f"/api/orders/{order['id']}/", "/api/orders/latest/"):
        assert asha.person.get(path).get_json() == order


def test_online_order_needs_no_body_and_no_address(asha: Shopper, injector: Injector) -> None:
    def without_body(shopper: Shopper) -> TestResponse:
        return shopper.client.post("/api/orders/create/", headers=shopper.person.headers)

    def with_unknown_members(shopper: Shopper) -> TestResponse:
        return shopper.order(unknown="member", user_id=1, total="0.01")

    for send in (without_body, with_unknown_members):
        asha.add(new_product(injector))
        order = send(asha).get_json()
        assert (order["status"], order["address"]) == ("PENDING", None)
        assert order["total_amount"] == "100.00"


def test_cod_order_is_confirmed_at_once(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(new_product(injector))
    assert (order["status"], order["payment_method"]) == ("CONFIRMED", "COD")
    assert order["items"][0]["status"] == "CONFIRMED"


def test_responses_match_schemas(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(new_product(injector))
    assert OrderSchema().validate(order) == {}
    assert set(order) == set(OrderSchema().fields)
    page = asha.person.get("/api/orders/my/").get_json()
    assert OrderPageSchema().validate(page) == {}
    query = {"orderId": order["id"], "itemId": order["items"][0]["id"]}
    item = asha.person.get("/api/orders/cancel-item/", query_string=query).get_json()
    assert CancellableItemSchema().validate(item) == {}
    assert set(item) == set(CancellableItemSchema().fields)


def test_order_of_empty_cart_is_rejected(asha: Shopper) -> None:
    response = asha.order()
    assert (response.status_code, response.get_json()["code"]) == (400, "cart_empty")


@on_sqlite
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"payment_method": "COD"}, "address_id"),
        ({"payment_method": "COD", "address_id": 10**9}, "address_id"),
        ({"address_id": 10**9}, "address_id"),
        ({"address_id": "1"}, "address_id"),
        ({"address_id": True}, "address_id"),
        ({"payment_method": "cod"}, "payment_method"),
        ({"payment_method": None}, "payment_method"),
        ({"payment_method": 1}, "payment_method"),
    ],
)
def test_invalid_order_is_rejected(
    asha: Shopper, injector: Injector, body: dict[str, Any], field: str
) -> None:
    asha.add(new_product(injector))
    response = asha.order(**body)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_value")
    assert response.get_json()[field]
    assert len(asha.cart()) == 1


def test_address_of_other_customer_is_rejected(
    asha: Shopper, injector: Injector, client: FlaskClient
) -> None:
    other_address = Shopper(client, "ravi").address
    asha.add(new_product(injector))
    response = asha.order(payment_method="COD", address_id=other_address)
    assert (response.status_code, bool(response.get_json()["address_id"])) == (400, True)


def test_out_of_stock_lists_lines_and_changes_nothing(
    asha: Shopper, injector: Injector, client: FlaskClient
) -> None:
    first, last = new_product(injector), new_product(injector, stock=1)
    asha.add(first)
    asha.add(last)
    Shopper(client, "ravi").ordered(last)
    response = asha.order()
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (409, "out_of_stock")
    line = {"product": last, "variant": last, "requested": 1, "available": 0}
    assert problem["lines"] == [line]
    assert len(asha.cart()) == 2
    assert stock_level(injector, first) == (10, 0)


def test_order_keeps_its_address(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(new_product(injector))
    asha.person.patch(f"/api/addresses/{asha.address}/", {"town": "Mysuru"})
    asha.person.delete(f"/api/addresses/{asha.address}/")
    again = asha.person.get(f"/api/orders/{order['id']}/").get_json()
    assert again["address"] == order["address"]


def test_history_is_paged(asha: Shopper, injector: Injector) -> None:
    kettle = new_product(injector, stock=50)
    placed = [asha.ordered(kettle)["id"] for _ in range(7)]
    first = asha.person.get("/api/orders/my/").get_json()
    assert (first["count"], first["previous"]) == (7, None)
    assert [order["id"] for order in first["results"]] == placed[:1:-1]
    assert first["next"].startswith("http://localhost/api/orders/my/?")
    second = asha.person.get(first["next"]).get_json()
    assert [order["id"] for order in second["results"]] == placed[1::-1]
    assert second["next"] is None
    assert asha.person.get(second["previous"]).get_json() == first
    unfilled = asha.person.get("/api/orders/my/?page=&page_size=&search=").get_json()
    assert unfilled["results"] == asha.person.get("/api/orders/my/").get_json()["results"]


def test_page_beyond_the_last_is_not_found(asha: Shopper, injector: Injector) -> None:
    empty = asha.person.get("/api/orders/my/").get_json()
    assert (empty["count"], empty["results"], empty["next"]) == (0, [], None)
    assert asha.person.get("/api/orders/my/?search=kettle").status_code == 200
    assert asha.person.get("/api/orders/my/?page=2").status_code == 404
    asha.ordered(new_product(injector))
    beyond = asha.person.get("/api/orders/my/?page=2")
    assert (beyond.status_code, beyond.get_json()["code"]) == (404, "page_not_found")
    assert asha.person.get("/api/orders/my/?page=1").status_code == 200


def test_history_search_is_kept_in_page_links(asha: Shopper, injector: Injector) -> None:
    kettle, cup = (
        new_product(injector, title="Copper kettle"),
        new_product(injector, title="Cup & saucer"),
    )
    for product in (kettle, cup, kettle):
        asha.ordered(product)
    query = {"search": "KETTLE", "page_size": 1}
    page = asha.person.get("/api/orders/my/", query_string=query).get_json()
    assert page["count"] == 2
    parameters = parse_qs(urlsplit(page["next"]).query)
    assert parameters == {"page": ["2"], "search": ["KETTLE"], "page_size": ["1"]}
    assert asha.person.get(page["next"]).get_json()["next"] is None
    query = {"search": "cup & s"}
    assert asha.person.get("/api/orders/my/", query_string=query).get_json()["count"] == 1


@on_sqlite
@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=x",
        "page=1e3",
        f"page={2**63}",
        "page_size=0",
        "page_size=101",
        "search=%00",
        "search=" + "x" * 101,
    ],
)
def test_invalid_page_query_is_rejected(asha: Shopper, query: str) -> None:
    assert asha.person.get(f"/api/orders/my/?{query}").status_code == 400


def test_latest_order_of_new_customer_is_not_found(asha: Shopper) -> None:
    assert asha.person.get("/api/orders/latest/").status_code == 404


def test_orders_of_other_customer_are_not_found(
    asha: Shopper, injector: Injector, client: FlaskClient
) -> None:
    order = asha.ordered(new_product(injector))
    ravi = Shopper(client, "ravi").person
    query = {"orderId": order["id"], "itemId": order["items"][0]["id"]}
    responses = [
        ravi.get(f"/api/orders/{order['id']}/"),
        ravi.post(f"/api/orders/cancel/{order['id']}/"),
        ravi.get("/api/orders/cancel-item/", query_string=query),
        ravi.post("/api/orders/cancel-item/", query | {"reason": "mine"}),
        ravi.get(f"/api/orders/{10**9}/"),
        ravi.post(f"/api/orders/cancel/{10**9}/"),
    ]
    assert [response.status_code for response in responses] == [404] * 6
    assert {response.get_json()["code"] for response in responses} == {"order_not_found"}
    assert ravi.get("/api/orders/my/").get_json()["count"] == 0


@pytest.mark.parametrize("method", ["ONLINE", "COD"])
def test_cancel_order_releases_stock(asha: Shopper, injector: Injector, method: str) -> None:
    kettle = new_product(injector)
    order = asha.ordered(kettle, payment_method=method, address_id=asha.address)
    path = f"/api/orders/cancel/{order['id']}/"
    assert set(asha.person.post(path).get_json()) == {"message"}
    assert stock_level(injector, kettle) == (10, 0)
    again = asha.person.post(path)
    assert (again.status_code, again.get_json()["code"]) == (409, "order_already_cancelled")
    shown = asha.person.get(f"/api/orders/{order['id']}/").get_json()
    assert (shown["status"], shown["payment_status"]) == ("CANCELLED", "VOIDED")
    assert shown["items"][0]["status"] == "CANCELLED"
    assert shown["items"][0]["cancelled_at"] == "2026-03-14T09:26:53Z"


def test_cancel_paid_order_is_rejected(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(new_product(injector), address_id=asha.address)
    mark_paid(injector, order["id"])
    response = asha.person.post(f"/api/orders/cancel/{order['id']}/")
    assert (response.status_code, response.get_json()["code"]) == (
        409,
        "paid_order_cannot_be_cancelled",
    )
    shown = asha.person.get(f"/api/orders/{order['id']}/").get_json()
    assert (shown["status"], shown["items"][0]["status"]) == ("PAID", "CONFIRMED")
    assert shown["paid_at"] is not None


def test_cancel_shipped_order_is_rejected(asha: Shopper, injector: Injector) -> None:
    kettle = new_product(injector)
    order = asha.ordered(kettle)
    order_id = OrderId(order["id"])
    injector.get(StartProcessing)(StartProcessingCommand(staff=SYSTEM, order_id=order_id))
    injector.get(ShipOrder)(
        ShipOrderCommand(staff=SYSTEM, order_id=order_id, carrier="Post", tracking_number="P1")
    )
    assert stock_level(injector, kettle) == (9, 0)
    item = {"orderId": order["id"], "itemId": order["items"][0]["id"], "reason": "late"}
    for response in (
        asha.person.post(f"/api/orders/cancel/{order['id']}/"),
        asha.person.post("/api/orders/cancel-item/", item),
    ):
        assert (response.status_code, response.get_json()["code"]) == (409, "order_already_shipped")


def test_get_cancellable_item(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(new_product(injector, price=21, title="Kettle"))
    line = order["items"][0]["id"]
    query = {"orderId": str(order["id"]), "itemId": str(line)}
    assert asha.person.get("/api/orders/cancel-item/", query_string=query).get_json() == {
        "id": line,
        "product_title": "Kettle",
        "product_subtitle": "A subtitle",
        "product_image": "http://localhost/media/product.webp",
        "email": "asha@example.com",
        "quantity": 1,
        "price_at_purchase": "21.00",
        "currency": "INR",
        "payment_method": "Cash on Delivery",
        "status": "CONFIRMED",
        "estimated_delivery": order["estimated_delivery"],
        "cancelled_at": None,
        "created_at": order["created_at"],
        "address": order["address"],
    }
    online = asha.ordered(new_product(injector), payment_method="ONLINE")
    query = {"orderId": online["id"], "itemId": online["items"][0]["id"]}
    item = asha.person.get("/api/orders/cancel-item/", query_string=query).get_json()
    assert (item["payment_method"], item["address"]) == ("Online Payment", {})
    missing = asha.person.get("/api/orders/cancel-item/", query_string=query | {"itemId": 10**9})
    assert (missing.status_code, missing.get_json()["code"]) == (404, "order_line_not_found")


def test_cancel_items_of_cod_order_one_by_one(asha: Shopper, injector: Injector) -> None:
    kettle, cup = new_product(injector), new_product(injector)
    order = asha.ordered(kettle, cup)
    first, second = (item["id"] for item in order["items"])

    def cancel_item(order_id: object, item_id: object) -> tuple[int, str | None]:
        body = {"orderId": order_id, "itemId": item_id, "reason": "too many"}
        response = asha.person.post("/api/orders/cancel-item/", body)
        return response.status_code, response.get_json().get("code")

    assert cancel_item(order["id"], first) == (200, None)
    assert (stock_level(injector, kettle), stock_level(injector, cup)) == ((10, 0), (10, 1))
    assert cancel_item(order["id"], first) == (409, "order_line_already_cancelled")
    assert cancel_item(order["id"], 10**9) == (404, "order_line_not_found")
    shown = asha.person.get(f"/api/orders/{order['id']}/").get_json()
    assert shown["status"] == "CONFIRMED"
    assert [item["status"] for item in shown["items"]] == ["CANCELLED", "CONFIRMED"]
    # Ids as strings, as v1's forms send them.
    assert cancel_item(str(order["id"]), str(second)) == (200, None)
    assert asha.person.get(f"/api/orders/{order['id']}/").get_json()["status"] == "CANCELLED"
    assert stock_level(injector, cup) == (10, 0)


def test_cancel_item_of_unpaid_online_order_is_rejected(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(new_product(injector), payment_method="ONLINE")
    body = {"orderId": order["id"], "itemId": order["items"][0]["id"], "reason": "no"}
    response = asha.person.post("/api/orders/cancel-item/", body)
    assert (response.status_code, response.get_json()["code"]) == (409, "order_not_paid")


@on_sqlite
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"orderId": 1},
        {"orderId": 0, "itemId": 1},
        {"orderId": "x", "itemId": 1},
        {"orderId": 1.5, "itemId": 1},
        {"orderId": True, "itemId": 1},
        {"orderId": 1, "itemId": 1, "reason": "x" * 501},
        {"orderId": 1, "itemId": 1, "reason": 7},
        {"orderId": 1, "itemId": 1, "reason": "\0"},
    ],
)
def test_invalid_cancel_item_body_is_rejected(asha: Shopper, body: dict[str, Any]) -> None:
    assert asha.person.post("/api/orders/cancel-item/", body).status_code == 400
    if set(body) < {"orderId", "itemId"}:
        assert asha.person.get("/api/orders/cancel-item/", query_string=body).status_code == 400


def checkout_requests(asha: Shopper) -> dict[str, tuple[str, dict[str, Any]]]:
    """The requests that check out the cart."""
    return {
        "online": ("/api/orders/create/", {"address_id": asha.address}),
        "cod": ("/api/orders/create/", {"payment_method": "COD", "address_id": asha.address}),
        "one-step": ("/api/payments/payment-intent/", {"address_id": asha.address}),
    }


@pytest.mark.parametrize("request_name", ["online", "cod", "one-step"])
def test_other_total_than_expected_places_no_order(
    make_app: Callable[..., Flask], request_name: str
) -> None:
    app = make_app(CheapPasswords(), DEBUG="True")
    asha, injector = Shopper(app.test_client()), app.extensions["novacart.injector"]
    kettle = new_product(injector, price=21)
    asha.add(kettle, 2)
    path, body = checkout_requests(asha)[request_name]
    response = asha.person.post(path, body | {"expected_total": "41.99"})
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (409, "total_changed")
    assert (problem["total_amount"], problem["currency"]) == ("42.00", "INR")
    assert asha.person.get("/api/orders/latest/").status_code == 404
    assert stock_level(injector, kettle) == (10, 0)
    assert len(asha.cart()) == 1
    for total in (None, 42, "42.001", "-42.00", "", "1e1"):
        response = asha.person.post(path, body | {"expected_total": total})
        assert (response.status_code, list(response.get_json()["errors"])) == (
            400,
            ["expected_total"],
        )
    assert asha.person.get("/api/orders/latest/").status_code == 404
    response = asha.person.post(path, body | {"expected_total": "42"})
    assert response.status_code in {200, 201}
    assert stock_level(injector, kettle) == (10, 2)


def test_other_total_than_expected_of_an_order_opens_no_payment(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(CheapPasswords(), DEBUG="True")
    asha = Shopper(app.test_client())
    kettle = new_product(app.extensions["novacart.injector"], price=21)
    order = asha.ordered(kettle, payment_method="ONLINE", address_id=asha.address)
    body = {"order_id": order["id"], "expected_total": "20.00"}
    response = asha.person.post("/api/payments/payment-intent/", body)
    assert (response.status_code, response.get_json()["code"]) == (409, "total_changed")
    body["expected_total"] = "21.00"
    assert asha.person.post("/api/payments/payment-intent/", body).status_code == 200


def test_unchanged_one_step_checkout_is_compared_too(make_app: Callable[..., Flask]) -> None:
    app = make_app(CheapPasswords(), DEBUG="True")
    asha = Shopper(app.test_client())
    asha.add(new_product(app.extensions["novacart.injector"], price=21))
    body: dict[str, Any] = {"address_id": asha.address}
    assert asha.person.post("/api/payments/payment-intent/", body).status_code == 200
    response = asha.person.post("/api/payments/payment-intent/", body | {"expected_total": "22.00"})
    assert (response.status_code, response.get_json()["total_amount"]) == (409, "21.00")


def test_paid_item_cannot_be_cancelled_or_refunded_once_in_processing(
    asha: Shopper, injector: Injector
) -> None:
    order = asha.ordered(new_product(injector), payment_method="ONLINE", address_id=asha.address)
    mark_paid(injector, order["id"])
    injector.get(StartProcessing)(
        StartProcessingCommand(staff=SYSTEM, order_id=OrderId(order["id"]))
    )
    body = {"orderId": order["id"], "itemId": order["items"][0]["id"]}
    response = asha.person.post("/api/orders/cancel-item/", body)
    assert (response.status_code, response.get_json()["code"]) == (409, "refund_not_allowed")


@pytest.mark.parametrize(
    ("method", "code"),
    [("ONLINE", "too_many_unpaid_orders"), ("COD", "too_many_cod_orders")],
)
def test_open_orders_of_an_account_are_bounded(
    make_app: Callable[..., Flask], method: str, code: str
) -> None:
    app = make_app(CheapPasswords(), MAX_UNPAID_ORDERS="2", MAX_OPEN_COD_ORDERS="2")
    asha, injector = Shopper(app.test_client()), app.extensions["novacart.injector"]
    kettle = new_product(injector)
    body: dict[str, Any] = {"payment_method": method, "address_id": asha.address}
    first = asha.ordered(kettle, **body)
    asha.ordered(kettle, **body)
    asha.add(kettle)
    response = asha.order(**body)
    problem = response.get_json()
    assert (response.status_code, problem["code"], problem["limit"]) == (409, code, 2)
    assert stock_level(injector, kettle) == (10, 2)
    assert len(asha.cart()) == 1
    assert asha.person.post(f"/api/orders/cancel/{first['id']}/").status_code == 200
    assert asha.order(**body).status_code == 201


@pytest.mark.parametrize("method", ["ONLINE", "COD"])
def test_one_account_cannot_reserve_the_whole_stock(
    asha: Shopper, injector: Injector, method: str
) -> None:
    kettle = new_product(injector, stock=40)
    responses = []
    for _ in range(4):
        asha.add(kettle, 10)
        responses.append(asha.order(payment_method=method, address_id=asha.address))
    assert [response.status_code for response in responses] == [201, 201, 201, 409]
    assert responses[-1].get_json()["code"] == "too_many_units"
    assert stock_level(injector, kettle) == (40, 30)


@pytest.mark.parametrize("limited", [True, False])
def test_renewals_of_a_checkout_are_bounded(
    make_app: Callable[..., Flask], *, limited: bool
) -> None:
    app = make_app(
        CheapPasswords(), DEBUG="True", MAX_CHECKOUT_RENEWALS="2", RATELIMIT_ENABLED=str(limited)
    )
    asha = Shopper(app.test_client())
    kettle = new_product(app.extensions["novacart.injector"])
    responses = []
    for _ in range(4):
        asha.add(kettle)
        body = {"address_id": asha.address}
        responses.append(asha.person.post("/api/payments/payment-intent/", body))
    last = responses.pop()
    assert {response.status_code for response in responses} == {200}
    if limited:
        assert (last.status_code, last.get_json()["code"]) == (429, "too_many_renewals")
        assert 0 < int(last.headers["Retry-After"]) <= 24 * 3600
    else:
        assert last.status_code == 200


def test_unpaid_order_expires(asha: Shopper, injector: Injector, clock: SetClock) -> None:
    kettle = new_product(injector)
    order = asha.ordered(kettle, payment_method="ONLINE")
    expire = injector.get(ExpireOrders)
    clock.move(seconds=1799)
    assert expire() == 0
    clock.move(seconds=1)
    assert expire() == 1
    assert stock_level(injector, kettle) == (10, 0)
    shown = asha.person.get(f"/api/orders/{order['id']}/").get_json()
    assert (shown["status"], shown["items"][0]["status"]) == ("CANCELLED", "CANCELLED")


def test_delivery_estimate(asha: Shopper) -> None:
    response = asha.person.get("/api/orders/delivery-estimate/")
    assert response.get_json() == {"estimated_delivery": "2026-03-20"}


@pytest.mark.parametrize(
    ("timezone", "day", "estimate"),
    [("Asia/Kolkata", "20260317", "2026-03-24"), ("UTC", "20260316", "2026-03-23")],
)
def test_dates_follow_the_time_zone_of_the_shop(
    make_app: Callable[..., Flask], timezone: str, day: str, estimate: str
) -> None:
    """20:00 UTC on Monday, 16 March 2026, is 01:30 on Tuesday in India."""
    clock = SetClock(datetime(2026, 3, 16, 20, 0, tzinfo=UTC))
    app = make_app(CheapPasswords(), ClockAt(clock), SHOP_TIMEZONE=timezone)
    asha = Shopper(app.test_client())
    order = asha.ordered(new_product(app.extensions["novacart.injector"]))
    cart_estimate = asha.person.get("/api/orders/delivery-estimate/").get_json()
    assert order["number"].startswith(f"NC-{day}-")
    assert order["estimated_delivery"] == cart_estimate["estimated_delivery"] == estimate


@pytest.mark.parametrize("orders", [1, 5])
def test_history_page_is_one_query(asha: Shopper, injector: Injector, orders: int) -> None:
    products = [new_product(injector) for _ in range(3)]
    for _ in range(orders):
        asha.ordered(*products)
    with counted_statements(injector.get(Database)) as statements:
        page = asha.person.get("/api/orders/my/").get_json()
    assert len(page["results"]) == orders
    assert len([sql for sql in statements if "order_lines" in sql]) == 1
    assert len(statements) <= 2
