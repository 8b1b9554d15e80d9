"""Concurrent HTTP requests to an application in a race harness."""

from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import Flask
from werkzeug.test import TestResponse

from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.ids import ProductId
from tests.support.accounts import Person, a_customer
from tests.support.checkout import ADDRESS, CheckoutFixture, Json, created
from tests.support.race_harness import RaceHarness
from tests.support.races import errors_of

_CALLS: Final = 100
_IN_PROGRESS: Final = "request_in_progress"


class HttpClient:
    """Sends requests to the application of `race`, on behalf of one customer or others."""

    def __init__(self, app: Flask, race: RaceHarness) -> None:
        self.app = app
        self.race = race
        self.shop = CheckoutFixture(client=app.test_client(), injector=race.injector)
        self.customer = a_customer(self.shop.client)
        self.address_id: int = created(self.customer.post("/api/addresses/", ADDRESS))["id"]

    def product(self, *, price: int) -> ProductId:
        return self.shop.product(price=price, stock=1000)

    def place_paid_order(self, quantities: dict[ProductId, int]) -> Json:
        order = self.shop.order(self.customer, quantities)
        intent = self.shop.intent(self.customer, order["id"])
        self.race.provider.pay(intent["payment_intent_id"])
        self.race.settle()
        return order

    def keyed_request(self, person: Person, path: str, body: Json) -> Callable[[str], TestResponse]:
        """Return a function that sends the request under the Idempotency-Key given to it."""

        def send(key: str) -> TestResponse:
            return self.post(path, body, headers=person.headers | {"Idempotency-Key": key})

        return send

    def post(self, path: str, body: Json, **options: Any) -> TestResponse:  # noqa: ANN401 (the test client's own)
        """Post with a new test client. Raises `Unavailable` for a 503."""
        response = self.app.test_client().post(path, json=body, **options)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Unavailable(response.text)
        return response

    def send_concurrently(self, calls: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
        """Make the calls at once; fails if one of them raises."""
        outcomes = self.race.run_concurrently(calls)
        assert errors_of(outcomes) == []
        return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]

    def assert_one_response(self, send: Callable[[str], TestResponse]) -> Any:  # noqa: ANN401 (any JSON)
        """Send a hundred requests under one key and return the JSON of the response.

        Every success has the same bytes, also when it is repeated later; the other responses
        are 409 `request_in_progress`.
        """
        calls = [partial(send, "one")] * self.race.timing.limit(_CALLS)
        responses = self.send_concurrently(calls)
        succeeded = [response for response in responses if response.status_code in {200, 201}]
        codes = {response.get_json()["code"] for response in responses if response not in succeeded}
        assert codes <= {_IN_PROGRESS}
        assert len({response.data for response in [*succeeded, send("one")]}) == 1
        return succeeded[0].get_json()
