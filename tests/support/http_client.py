"""A shop on trial, as it is seen from before its counter: over HTTP, by many at once."""

from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import Flask
from werkzeug.test import TestResponse

from novacart.application.ports.errors import Unavailable
from novacart.domain.shared.ids import ProductId
from tests.support.accounts import Person, a_customer
from tests.support.checkout import ADDRESS, Checkout, Json, created
from tests.support.race_harness import Trial
from tests.support.races import errors_of

_CALLS: Final = 100
_IN_PROGRESS: Final = "request_in_progress"


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
            return self.post(path, body, headers=person.headers | {"Idempotency-Key": key})

        return send

    def post(self, path: str, body: Json, **options: Any) -> TestResponse:  # noqa: ANN401 (the test client's own)
        """By a client of its own. Raises `Unavailable` where it is told to come again."""
        answer = self.app.test_client().post(path, json=body, **options)
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Unavailable(answer.text)
        return answer

    def all_at_once(
        self, send: Callable[[str], TestResponse], keys: list[str]
    ) -> list[TestResponse]:
        return self.answers([partial(send, key) for key in keys])

    def answers(self, calls: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
        """Of calls that are made at once."""
        outcomes = self.trial.run_concurrently(calls)
        assert errors_of(outcomes) == []
        return [answer for answer in outcomes if not isinstance(answer, Exception)]

    def assert_one_answer(self, send: Callable[[str], TestResponse]) -> Any:  # noqa: ANN401 (any JSON)
        """One effect, one answer to the byte, and 409 for whoever came while it was at work."""
        answers = self.all_at_once(send, ["one"] * self.trial.race_settings.client_count(_CALLS))
        good = [answer for answer in answers if answer.status_code in {200, 201}]
        others = [answer.get_json()["code"] for answer in answers if answer not in good]
        assert set(others) <= {_IN_PROGRESS}
        assert len({answer.data for answer in [*good, send("one")]}) == 1
        return good[0].get_json()
