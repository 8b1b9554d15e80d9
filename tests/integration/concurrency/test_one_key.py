"""A hundred calls with one Idempotency-Key have one effect; with a key each, what is right."""

from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from novacart.adapters.persistence.database import Database
from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.ids import ProductId
from novacart.entrypoints.http import create_app
from tests.integration.concurrency.conftest import CONTROL
from tests.support.checkout import ADDRESS, Checkout, Json, created
from tests.support.people import Person, a_customer
from tests.support.races import Pace, at_once, raised
from tests.support.trial import Trial, World, trial_settings

CALLS = 100
IN_PROGRESS = "request_in_progress"


class Counter:
    """A shop on trial behind its HTTP interface, with a customer before it."""

    def __init__(self, app: Flask, trial: Trial) -> None:
        self.app = app
        self.trial = trial
        self.shop = Checkout(client=app.test_client(), injector=trial.injector)
        self.asha = a_customer(self.shop.client)
        self.home: int = created(self.asha.post("/api/addresses/", ADDRESS))["id"]

    def product(self, *, price: int) -> ProductId:
        return self.shop.product(price=price, stock=1000)

    def paid(self, quantities: dict[ProductId, int]) -> Json:
        order = self.shop.order(self.asha, quantities)
        intent = self.shop.intent(self.asha, order["id"])
        self.trial.provider.pay(intent["payment_intent_id"])
        self.trial.settle()
        return order

    def sender(self, person: Person, path: str, body: Json) -> Callable[[str], TestResponse]:
        """Sends the same request under whatever key, each time by a client of its own."""

        def send(key: str) -> TestResponse:
            headers = person.headers | {"Idempotency-Key": key}
            answer = self.app.test_client().post(path, json=body, headers=headers)
            if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                raise Unavailable(answer.text)
            return answer

        return send

    def all_at_once(
        self, send: Callable[[str], TestResponse], keys: list[str]
    ) -> list[TestResponse]:
        outcomes = self.trial.at_once([partial(send, key) for key in keys])
        assert raised(outcomes) == []
        return [answer for answer in outcomes if not isinstance(answer, Exception)]

    def assert_one_answer(self, send: Callable[[str], TestResponse]) -> Any:  # noqa: ANN401 (any JSON)
        """One effect, one answer to the byte, and 409 for whoever came while it was at work."""
        answers = self.all_at_once(send, ["one"] * self.trial.pace.crowd(CALLS))
        good = [answer for answer in answers if answer.status_code in {200, 201}]
        others = [answer.get_json()["code"] for answer in answers if answer not in good]
        assert set(others) <= {IN_PROGRESS}
        assert len({answer.data for answer in [*good, send("one")]}) == 1
        return good[0].get_json()


@pytest.fixture
def counter(
    database: Database, pace: Pace, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Counter]:
    world = World(database)
    app = create_app(trial_settings(tmp_path), *world.modules())
    trial = Trial(app.extensions["novacart.injector"], world, pace)
    yield Counter(app, trial)
    if CONTROL not in request.node.name:
        trial.assert_sound()


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
    keys = [f"key-{number}" for number in range(counter.trial.pace.crowd(50))]
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

    assert raised(at_once([partial(naive, number) for number in (1, 2)])) == []
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
    assert_one_edit_is_refused(counter.trial.at_once(editor(counter, heeds_version=True)))


def test_a_naive_edit_overwrites_the_other(counter: Counter) -> None:
    """Negative control: nobody says which version was read."""
    with pytest.raises(AssertionError):
        assert_one_edit_is_refused(at_once(editor(counter, heeds_version=False)))
