"""`Idempotency-Key`: the same request sent again takes effect once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.idempotency.idempotent_requests import (
    IdempotentRequests,
    PurgeIdempotencyKeys,
)
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.idempotency_keys import Claim, StoredResponse
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.accounts import CheapPasswords, ClockAt
from tests.support.clock import SetClock
from tests.support.shoppers import Shopper, reserved, stocked

REPLAYED = "Idempotent-Replayed"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock), RATELIMIT_ENABLED="False")


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


def placed(asha: Shopper) -> int:
    count: int = asha.person.get("/api/orders/my/").get_json()["count"]
    return count


def test_the_first_answer_is_repeated_to_the_byte(asha: Shopper, injector: Injector) -> None:
    kettle = stocked(injector)
    asha.add(kettle)
    first = asha.order(key=KEY)
    asha.add(kettle)
    again = asha.order(key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Location"] == first.headers["Location"]
    assert again.content_type == first.content_type
    assert again.headers[REPLAYED] == "true"
    assert REPLAYED not in first.headers
    assert placed(asha) == 1
    assert len(asha.cart()) == 1


def test_a_key_in_quotes_is_the_same_key(asha: Shopper, injector: Injector) -> None:
    asha.add(stocked(injector))
    first = asha.order(key=KEY)
    assert asha.order(key=f'"{KEY}"').data == first.data


def test_the_members_order_does_not_make_another_body(asha: Shopper, injector: Injector) -> None:
    asha.add(stocked(injector))
    first = asha.order(key=KEY, payment_method="COD", address_id=asha.address)
    again = asha.order(key=KEY, address_id=asha.address, payment_method="COD")
    assert again.data == first.data


def test_a_key_with_another_body_is_refused(asha: Shopper, injector: Injector) -> None:
    asha.add(stocked(injector))
    asha.order(key=KEY)
    answer = asha.order(key=KEY, payment_method="ONLINE")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")
    item = {"orderId": 1, "itemId": 1}
    answer = asha.client.post(
        "/api/orders/cancel-item/",
        json=item,
        headers=asha.person.headers | {"Idempotency-Key": KEY},
    )
    assert answer.status_code == 422


def test_keys_belong_to_their_user(asha: Shopper, injector: Injector, client: FlaskClient) -> None:
    kettle = stocked(injector)
    ravi = Shopper(client, "ravi")
    for shopper in (asha, ravi):
        shopper.add(kettle)
        assert REPLAYED not in shopper.order(key=KEY).headers


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é", '"half', "a,b", "a b", '""'])
def test_a_key_has_a_syntax(asha: Shopper, injector: Injector, key: str) -> None:
    asha.add(stocked(injector))
    answer = asha.client.post(
        "/api/orders/create/", headers=asha.person.headers | {"Idempotency-Key": key}
    )
    assert answer.status_code == 400
    assert answer.get_json()["errors"]["Idempotency-Key"]
    assert placed(asha) == 0


def test_a_refusal_leaves_the_key_free(asha: Shopper, injector: Injector) -> None:
    assert asha.order(key=KEY).status_code == 400
    asha.add(stocked(injector))
    answer = asha.order(key=KEY)
    assert answer.status_code == 201
    assert REPLAYED not in answer.headers


def test_a_request_that_is_worked_on_is_not_begun_again(
    asha: Shopper, injector: Injector, clock: SetClock
) -> None:
    asha.add(stocked(injector))
    _claimed_by_one_who_dies(injector)
    answer = asha.order(key=KEY)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "request_in_progress")
    clock.move(seconds=61)
    assert asha.order(key=KEY).status_code == 201


def _claimed_by_one_who_dies(injector: Injector) -> None:
    """The next claim is made twice: by one who is not heard of again, and by the caller."""
    once = injector.get(IdempotentRequests)
    claim = once.claim

    def claim_twice(*args: Any, **options: Any) -> tuple[Claim, bool]:  # noqa: ANN401 (as claim)
        once.claim = claim  # type: ignore[method-assign]
        claim(*args, **options)
        return claim(*args, **options)

    once.claim = claim_twice  # type: ignore[method-assign]


class _Crash(BaseException):
    """The process dies here: nothing after it is run."""


def test_an_answer_that_was_never_kept_is_rendered_from_the_order(
    asha: Shopper, injector: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    kettle = stocked(injector)
    asha.add(kettle)

    def crash(_: IdempotentRequests, claim: Claim, answer: StoredResponse) -> StoredResponse:
        raise _Crash(claim, answer)

    with monkeypatch.context() as dying:
        dying.setattr(IdempotentRequests, "keep", crash)
        with pytest.raises(_Crash) as died:
            asha.order(key=KEY)
    never_sent: StoredResponse = died.value.args[1]
    again = asha.order(key=KEY)
    assert again.status_code == 201
    assert again.data == never_sent.body
    assert again.headers["Location"] == dict(never_sent.headers)["Location"]
    assert again.headers[REPLAYED] == "true"
    assert asha.order(key=KEY).data == again.data
    assert placed(asha) == 1
    assert reserved(injector, kettle) == (10, 1)


def test_an_answer_that_could_not_be_kept_is_not_sent_either(
    asha: Shopper, injector: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha.add(stocked(injector))

    def fail(_: IdempotentRequests, __: Claim, ___: StoredResponse) -> StoredResponse:
        raise StorageUnavailable("gone")

    with monkeypatch.context() as failing:
        failing.setattr(IdempotentRequests, "keep", fail)
        assert asha.order(key=KEY).status_code == 503
    assert asha.order(key=KEY).status_code == 201
    assert placed(asha) == 1


def test_a_naive_answer_kept_after_the_fact_places_a_second_order(
    asha: Shopper, injector: Injector, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without the order's id in its own transaction, a crash orders twice."""
    kettle = stocked(injector)
    repository = type(_keys(injector))
    monkeypatch.setattr(repository, "fulfil", lambda *_: None)

    def crash(*_: object) -> StoredResponse:
        raise _Crash

    for _ in range(2):
        asha.add(kettle)
        with monkeypatch.context() as dying:
            dying.setattr(IdempotentRequests, "keep", crash)
            with pytest.raises(_Crash):
                asha.order(key=KEY)
        clock.move(seconds=61)
    assert placed(asha) == 2


def _keys(injector: Injector) -> object:
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        return work.idempotency_keys


def test_a_hundred_calls_at_once_place_one_order(
    app: Flask, asha: Shopper, injector: Injector
) -> None:
    kettle = stocked(injector, stock=1000)
    for product in (kettle, stocked(injector)):
        asha.add(product)
    answers = _at_once(app, asha, [KEY] * 100)
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.data for answer in made}) == 1
    assert sum(REPLAYED not in answer.headers for answer in made) <= 1
    codes = {answer.get_json()["code"] for answer in answers if answer.status_code == 409}
    assert codes <= {"request_in_progress"}
    assert asha.order(key=KEY).data == made[0].data
    assert placed(asha) == 1
    assert reserved(injector, kettle) == (1000, 1)


def _at_once(app: Flask, asha: Shopper, keys: list[str]) -> list[TestResponse]:
    def send(key: str) -> TestResponse:
        return app.test_client().post(
            "/api/orders/create/",
            json={"payment_method": "COD", "address_id": asha.address},
            headers=asha.person.headers | {"Idempotency-Key": key},
        )

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(send, keys))


def test_an_item_is_called_off_once(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(stocked(injector), stocked(injector))
    body = {"orderId": order["id"], "itemId": order["items"][0]["id"], "reason": "no"}

    def send(key: str) -> TestResponse:
        return asha.client.post(
            "/api/orders/cancel-item/",
            json=body,
            headers=asha.person.headers | {"Idempotency-Key": key},
        )

    first, again, other = send("a"), send("a"), send("b")
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert again.data == first.data
    assert again.headers[REPLAYED] == "true"


def test_keys_live_for_a_day_and_are_then_purged(
    asha: Shopper, injector: Injector, clock: SetClock
) -> None:
    asha.add(stocked(injector))
    asha.order(key=KEY)
    purge = injector.get(PurgeIdempotencyKeys)
    clock.move(hours=23)
    assert purge() == 0
    clock.move(hours=1)
    assert purge() == 1
