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
from tests.support.databases import on_sqlite
from tests.support.shoppers import Shopper, new_product, stock_level

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


def order_count(asha: Shopper) -> int:
    count: int = asha.person.get("/api/orders/my/").get_json()["count"]
    return count


def test_first_response_is_repeated_byte_for_byte(asha: Shopper, injector: Injector) -> None:
    kettle = new_product(injector)
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
    assert order_count(asha) == 1
    assert len(asha.cart()) == 1


def test_quoted_key_is_the_same_key(asha: Shopper, injector: Injector) -> None:
    asha.add(new_product(injector))
    first = asha.order(key=KEY)
    assert asha.order(key=f'"{KEY}"').data == first.data


def test_order_of_members_does_not_change_the_body(asha: Shopper, injector: Injector) -> None:
    asha.add(new_product(injector))
    first = asha.order(key=KEY, payment_method="COD", address_id=asha.address)
    again = asha.order(key=KEY, address_id=asha.address, payment_method="COD")
    assert again.data == first.data


def test_key_with_another_body_is_422(asha: Shopper, injector: Injector) -> None:
    asha.add(new_product(injector))
    asha.order(key=KEY)
    response = asha.order(key=KEY, payment_method="ONLINE")
    assert (response.status_code, response.get_json()["code"]) == (422, "idempotency_key_reused")
    item = {"orderId": 1, "itemId": 1}
    response = asha.client.post(
        "/api/orders/cancel-item/",
        json=item,
        headers=asha.person.headers | {"Idempotency-Key": KEY},
    )
    assert response.status_code == 422


def test_keys_belong_to_their_user(asha: Shopper, injector: Injector, client: FlaskClient) -> None:
    kettle = new_product(injector)
    ravi = Shopper(client, "ravi")
    for shopper in (asha, ravi):
        shopper.add(kettle)
        assert REPLAYED not in shopper.order(key=KEY).headers


@on_sqlite
@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é", '"half', "a,b", "a b", '""'])
def test_invalid_key_is_400(asha: Shopper, injector: Injector, key: str) -> None:
    asha.add(new_product(injector))
    response = asha.client.post(
        "/api/orders/create/", headers=asha.person.headers | {"Idempotency-Key": key}
    )
    assert response.status_code == 400
    assert response.get_json()["errors"]["Idempotency-Key"]
    assert order_count(asha) == 0


def test_error_response_leaves_the_key_free(asha: Shopper, injector: Injector) -> None:
    assert asha.order(key=KEY).status_code == 400
    asha.add(new_product(injector))
    response = asha.order(key=KEY)
    assert response.status_code == 201
    assert REPLAYED not in response.headers


def test_request_in_progress_is_409_until_its_lock_expires(
    asha: Shopper, injector: Injector, clock: SetClock
) -> None:
    asha.add(new_product(injector))
    _claim_without_finishing(injector)
    response = asha.order(key=KEY)
    assert (response.status_code, response.get_json()["code"]) == (409, "request_in_progress")
    clock.move(seconds=61)
    assert asha.order(key=KEY).status_code == 201


def _claim_without_finishing(injector: Injector) -> None:
    """Make the next claim twice: by an attempt that never finishes, then by the caller."""
    requests = injector.get(IdempotentRequests)
    claim = requests.claim

    def claim_twice(*args: Any, **options: Any) -> tuple[Claim, bool]:  # noqa: ANN401 (as claim)
        requests.claim = claim  # type: ignore[method-assign]
        claim(*args, **options)
        return claim(*args, **options)

    requests.claim = claim_twice  # type: ignore[method-assign]


class _Crash(BaseException):
    """The process stops here: no later code runs."""


def test_response_that_was_never_stored_is_rendered_from_the_order(
    asha: Shopper, injector: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    kettle = new_product(injector)
    asha.add(kettle)

    def crash(_: IdempotentRequests, claim: Claim, response: StoredResponse) -> StoredResponse:
        raise _Crash(claim, response)

    with monkeypatch.context() as patch:
        patch.setattr(IdempotentRequests, "store", crash)
        with pytest.raises(_Crash) as crashed:
            asha.order(key=KEY)
    unsent: StoredResponse = crashed.value.args[1]
    again = asha.order(key=KEY)
    assert again.status_code == 201
    assert again.data == unsent.body
    assert again.headers["Location"] == dict(unsent.headers)["Location"]
    assert again.headers[REPLAYED] == "true"
    assert asha.order(key=KEY).data == again.data
    assert order_count(asha) == 1
    assert stock_level(injector, kettle) == (10, 1)


def test_response_that_cannot_be_stored_is_not_sent(
    asha: Shopper, injector: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha.add(new_product(injector))

    def fail(_: IdempotentRequests, __: Claim, ___: StoredResponse) -> StoredResponse:
        raise StorageUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(IdempotentRequests, "store", fail)
        assert asha.order(key=KEY).status_code == 503
    assert asha.order(key=KEY).status_code == 201
    assert order_count(asha) == 1


def test_without_fulfilment_a_crash_places_a_second_order(
    asha: Shopper, injector: Injector, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the order id must be recorded in the order's own transaction."""
    kettle = new_product(injector)
    repository = type(_keys(injector))
    monkeypatch.setattr(repository, "fulfil", lambda *_: None)

    def crash(*_: object) -> StoredResponse:
        raise _Crash

    for _ in range(2):
        asha.add(kettle)
        with monkeypatch.context() as patch:
            patch.setattr(IdempotentRequests, "store", crash)
            with pytest.raises(_Crash):
                asha.order(key=KEY)
        clock.move(seconds=61)
    assert order_count(asha) == 2


def _keys(injector: Injector) -> object:
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        return work.idempotency_keys


def test_hundred_concurrent_requests_place_one_order(
    app: Flask, asha: Shopper, injector: Injector
) -> None:
    kettle = new_product(injector, stock=1000)
    for product in (kettle, new_product(injector)):
        asha.add(product)
    responses = _send_concurrently(app, asha, [KEY] * 100)
    assert {response.status_code for response in responses} <= {201, 409}
    created = [response for response in responses if response.status_code == 201]
    assert len({response.data for response in created}) == 1
    assert sum(REPLAYED not in response.headers for response in created) <= 1
    codes = {response.get_json()["code"] for response in responses if response.status_code == 409}
    assert codes <= {"request_in_progress"}
    assert asha.order(key=KEY).data == created[0].data
    assert order_count(asha) == 1
    assert stock_level(injector, kettle) == (1000, 1)


def _send_concurrently(app: Flask, asha: Shopper, keys: list[str]) -> list[TestResponse]:
    def send(key: str) -> TestResponse:
        return app.test_client().post(
            "/api/orders/create/",
            json={"payment_method": "COD", "address_id": asha.address},
            headers=asha.person.headers | {"Idempotency-Key": key},
        )

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(send, keys))


def test_item_is_cancelled_once(asha: Shopper, injector: Injector) -> None:
    order = asha.ordered(new_product(injector), new_product(injector))
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


def test_keys_are_purged_after_a_day(asha: Shopper, injector: Injector, clock: SetClock) -> None:
    asha.add(new_product(injector))
    asha.order(key=KEY)
    purge = injector.get(PurgeIdempotencyKeys)
    clock.move(hours=23)
    assert purge() == 0
    clock.move(hours=1)
    assert purge() == 1
