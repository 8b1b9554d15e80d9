"""A hundred calls with one Idempotency-Key have one effect; with a key each, what is right."""

from collections.abc import Callable
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.http_client import Counter
from tests.support.races import errors_of, run_concurrently


def test_one_key_places_one_order(counter: Counter) -> None:
    product = counter.product(price=100)
    counter.shop.fill(counter.asha, {product: 2})
    body = {"payment_method": "COD", "address_id": counter.home}
    counter.assert_one_answer(counter.sender(counter.asha, "/api/orders/create/", body))
    assert counter.asha.get("/api/orders/my/").get_json()["count"] == 1
    assert counter.shop.stock(product) == 998


def test_one_key_opens_one_payment(counter: Counter) -> None:
    order = counter.shop.order(counter.asha, {counter.product(price=100): 2})
    send = counter.sender(counter.asha, "/api/payments/payment-intent/", {"order_id": order["id"]})
    shown = counter.assert_one_answer(send)
    (intent,) = counter.trial.intents()
    assert intent.reference == shown["payment_intent_id"]


def test_a_key_each_opens_one_payment_all_the_same(counter: Counter) -> None:
    order = counter.shop.order(counter.asha, {counter.product(price=100): 2})
    send = counter.sender(counter.asha, "/api/payments/payment-intent/", {"order_id": order["id"]})
    keys = [f"key-{number}" for number in range(counter.trial.race_settings.client_count(50))]
    answers = counter.all_at_once(send, keys)
    assert {answer.status_code for answer in answers} == {200}
    (intent,) = counter.trial.intents()
    assert {answer.get_json()["payment_intent_id"] for answer in answers} == {intent.reference}


def test_one_key_checks_the_cart_out_once(counter: Counter) -> None:
    product = counter.product(price=100)
    counter.shop.fill(counter.asha, {product: 2})
    send = counter.sender(
        counter.asha, "/api/payments/payment-intent/", {"address_id": counter.home}
    )
    counter.assert_one_answer(send)
    assert len(counter.trial.intents()) == 1
    assert counter.asha.get("/api/orders/my/").get_json()["count"] == 1


def refund_sender(counter: Counter) -> Callable[[str], TestResponse]:
    """Staff give 30 of 100 rupees back."""
    order = counter.paid({counter.product(price=100): 1})
    staff = counter.shop.staff()
    return counter.sender(staff, f"/api/payments/refund/{order['id']}/", {"amount": "30.00"})


def assert_thirty_given_back(counter: Counter) -> None:
    counter.trial.settle()
    assert counter.trial.net_at_provider == 70_00


def test_one_key_refunds_once(counter: Counter) -> None:
    counter.assert_one_answer(refund_sender(counter))
    assert_thirty_given_back(counter)


def test_a_naive_key_that_is_kept_after_the_fact_refunds_twice(counter: Counter) -> None:
    """Negative control: looking for the key's answer, doing it, and then keeping the answer."""
    send = refund_sender(counter)
    kept: dict[str, TestResponse] = {}
    both_looked = Barrier(2)

    def naive(number: int) -> TestResponse:
        known = kept.get("one")
        both_looked.wait(10)
        if known is None:
            kept["one"] = known = send(f"in fact {number}")
        return known

    assert errors_of(run_concurrently([partial(naive, number) for number in (1, 2)])) == []
    with pytest.raises(AssertionError):
        assert_thirty_given_back(counter)


def test_one_key_calls_one_item_off_once(counter: Counter) -> None:
    kept, gone = counter.product(price=70), counter.product(price=15)
    order = counter.paid({kept: 1, gone: 2})
    line = next(item for item in order["items"] if item["quantity"] == 2)
    body = {"orderId": order["id"], "itemId": line["id"], "reason": "Too many"}
    counter.assert_one_answer(counter.sender(counter.asha, "/api/orders/cancel-item/", body))
    assert_thirty_given_back(counter)
    assert counter.shop.stock(gone) == 1000


def editor(counter: Counter, *, heeds_version: bool) -> list[Callable[[], TestResponse]]:
    """Two of the staff, who both read the product and now save what they made of it."""
    staff = counter.shop.staff()
    path = f"/api/products/{counter.product(price=100)}/"
    tag = staff.get(path).headers["ETag"]
    headers = staff.headers | ({"If-Match": tag} if heeds_version else {})

    def save(price: str) -> TestResponse:
        return counter.app.test_client().patch(path, json={"price": price}, headers=headers)

    return [partial(save, "1.00"), partial(save, "2.00")]


def assert_one_edit_is_refused(answers: list[Any]) -> None:
    assert sorted(answer.status_code for answer in answers) == [200, 412]


def test_of_two_who_edit_one_product_the_second_is_told(counter: Counter) -> None:
    assert_one_edit_is_refused(counter.trial.run_concurrently(editor(counter, heeds_version=True)))


def test_a_naive_edit_overwrites_the_other(counter: Counter) -> None:
    """Negative control: nobody says which version was read."""
    with pytest.raises(AssertionError):
        assert_one_edit_is_refused(run_concurrently(editor(counter, heeds_version=False)))
