"""A hundred concurrent requests with one Idempotency-Key have one effect."""

from collections.abc import Callable
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.http_client import HttpClient
from tests.support.races import errors_of, run_concurrently


def test_concurrent_requests_with_one_key_place_one_order(http: HttpClient) -> None:
    product = http.product(price=100)
    http.shop.fill(http.customer, {product: 2})
    body = {"payment_method": "COD", "address_id": http.address_id}
    http.assert_one_response(http.keyed_request(http.customer, "/api/orders/create/", body))
    assert http.customer.get("/api/orders/my/").get_json()["count"] == 1
    assert http.shop.stock(product) == 998


def test_concurrent_requests_with_one_key_open_one_payment(http: HttpClient) -> None:
    order = http.shop.order(http.customer, {http.product(price=100): 2})
    send = http.keyed_request(
        http.customer, "/api/payments/payment-intent/", {"order_id": order["id"]}
    )
    response = http.assert_one_response(send)
    (intent,) = http.race.intents()
    assert intent.reference == response["payment_intent_id"]


def test_concurrent_requests_with_different_keys_open_one_payment(http: HttpClient) -> None:
    order = http.shop.order(http.customer, {http.product(price=100): 2})
    send = http.keyed_request(
        http.customer, "/api/payments/payment-intent/", {"order_id": order["id"]}
    )
    keys = [f"key-{number}" for number in range(http.race.timing.limit(50))]
    responses = http.send_concurrently([partial(send, key) for key in keys])
    assert {response.status_code for response in responses} == {200}
    (intent,) = http.race.intents()
    assert {response.get_json()["payment_intent_id"] for response in responses} == {
        intent.reference
    }


def test_concurrent_requests_with_one_key_check_out_once(http: HttpClient) -> None:
    product = http.product(price=100)
    http.shop.fill(http.customer, {product: 2})
    send = http.keyed_request(
        http.customer, "/api/payments/payment-intent/", {"address_id": http.address_id}
    )
    http.assert_one_response(send)
    assert len(http.race.intents()) == 1
    assert http.customer.get("/api/orders/my/").get_json()["count"] == 1


def refund_request(http: HttpClient) -> Callable[[str], TestResponse]:
    """Request a refund of 30 of 100 rupees as staff."""
    order = http.place_paid_order({http.product(price=100): 1})
    staff = http.shop.staff()
    return http.keyed_request(staff, f"/api/payments/refund/{order['id']}/", {"amount": "30.00"})


def assert_thirty_rupees_refunded(http: HttpClient) -> None:
    http.race.settle()
    assert http.race.net_captured == 70_00


def test_concurrent_requests_with_one_key_refund_once(http: HttpClient) -> None:
    http.assert_one_response(refund_request(http))
    assert_thirty_rupees_refunded(http)


def test_naive_key_stored_after_the_refund_refunds_twice(http: HttpClient) -> None:
    """Negative control: look up the key, make the refund, then store the response."""
    send = refund_request(http)
    stored: dict[str, TestResponse] = {}
    both_checked = Barrier(2)

    def naive(number: int) -> TestResponse:
        response = stored.get("one")
        both_checked.wait(60)
        if response is None:
            stored["one"] = response = send(f"key-{number}")
        return response

    assert errors_of(run_concurrently([partial(naive, number) for number in (1, 2)])) == []
    with pytest.raises(AssertionError):
        assert_thirty_rupees_refunded(http)


def test_concurrent_requests_with_one_key_cancel_one_item_once(http: HttpClient) -> None:
    stored, cancelled = http.product(price=70), http.product(price=15)
    order = http.place_paid_order({stored: 1, cancelled: 2})
    line = next(item for item in order["items"] if item["quantity"] == 2)
    body = {"orderId": order["id"], "itemId": line["id"], "reason": "Too many"}
    http.assert_one_response(http.keyed_request(http.customer, "/api/orders/cancel-item/", body))
    assert_thirty_rupees_refunded(http)
    assert http.shop.stock(cancelled) == 1000


def product_edits(http: HttpClient, *, if_match: bool) -> list[Callable[[], TestResponse]]:
    """Return two edits that staff make after both have read the product."""
    staff = http.shop.staff()
    path = f"/api/products/{http.product(price=100)}/"
    tag = staff.get(path).headers["ETag"]
    headers = staff.headers | ({"If-Match": tag} if if_match else {})

    def save(price: str) -> TestResponse:
        return http.app.test_client().patch(path, json={"price": price}, headers=headers)

    return [partial(save, "1.00"), partial(save, "2.00")]


def assert_one_edit_conflicts(responses: list[Any]) -> None:
    assert sorted(response.status_code for response in responses) == [200, 412]


def test_second_of_two_edits_with_if_match_gets_412(http: HttpClient) -> None:
    assert_one_edit_conflicts(http.race.run_concurrently(product_edits(http, if_match=True)))


def test_naive_edit_without_if_match_overwrites_the_other(http: HttpClient) -> None:
    """Negative control: no edit names the version it read."""
    with pytest.raises(AssertionError):
        assert_one_edit_conflicts(run_concurrently(product_edits(http, if_match=False)))
