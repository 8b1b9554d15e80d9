"""Idempotency keys (Stripe API: Idempotent requests; docs: Advanced error handling)."""

import http.client
import json
import threading
from urllib.parse import urlencode, urlsplit

import pytest
import stripe
from stripe import StripeClient
from stripe.params import PaymentIntentCreateParams

from tests.integration.fake_stripe.payments import new_intent, paid_intent
from tests.support.fake_stripe import FakeStripe
from tests.support.fake_stripe.fixtures import API_KEY, stripe_client

ORDER: PaymentIntentCreateParams = {"amount": 24100, "currency": "inr"}


def post(
    server: FakeStripe, path: str, form: dict[str, object], key: str
) -> tuple[int, bytes, dict[str, str]]:
    """Post without the library, to get the bytes of the response."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=60)
    headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key}
    connection.request("POST", path, urlencode(form), headers)
    response = connection.getresponse()
    result = response.status, response.read(), dict(response.getheaders())
    connection.close()
    return result


def test_same_key_returns_the_same_bytes(fake_stripe: FakeStripe) -> None:
    first = post(fake_stripe, "/v1/payment_intents", {**ORDER}, "order-7")
    intent = json.loads(first[1])["id"]
    fake_stripe.pay(intent)

    second = post(fake_stripe, "/v1/payment_intents", {**ORDER}, "order-7")

    assert second[:2] == first[:2]
    assert "Idempotent-Replayed" not in first[2]
    assert second[2]["Idempotent-Replayed"] == "true"
    assert second[2]["Original-Request"] == first[2]["Request-Id"] != second[2]["Request-Id"]
    assert len(fake_stripe.ledger()["intents"]) == 1
    assert [call["replayed"] for call in fake_stripe.requests()] == [False, True]


def test_same_key_with_other_parameters_is_400(client: StripeClient) -> None:
    client.v1.payment_intents.create(ORDER, {"idempotency_key": "order-7"})

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as error:
        client.v1.payment_intents.create({**ORDER, "amount": 1}, {"idempotency_key": "order-7"})

    assert error.value.http_status == 400


def test_same_key_for_another_endpoint_is_400(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = paid_intent(client, fake_stripe)
    client.v1.payment_intents.create(ORDER, {"idempotency_key": "order-7"})

    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "order-7"})

    assert fake_stripe.ledger()["totals"]["inr"]["refunded"] == 0


def test_key_in_use_is_409(client: StripeClient, fake_stripe: FakeStripe) -> None:
    fake_stripe.fault("slow", path="/v1/payment_intents", seconds=30)
    options: stripe.RequestOptions = {"idempotency_key": "order-7"}
    slow = threading.Thread(
        target=post, args=(fake_stripe, "/v1/payment_intents", {**ORDER}, "order-7")
    )
    slow.start()
    try:
        assert fake_stripe.wait_until_held()
        with pytest.raises(stripe.APIError) as error:
            client.v1.payment_intents.create(ORDER, options)
        assert error.value.http_status == 409
        assert error.value.error is not None
        assert error.value.error.type == "idempotency_error"
        assert error.value.error.code == "idempotency_key_in_use"
    finally:
        fake_stripe.resume()
        slow.join()
    assert client.v1.payment_intents.create(ORDER, options).amount == 24100
    assert len(fake_stripe.ledger()["intents"]) == 1


def test_concurrent_requests_with_one_key_make_one_intent(fake_stripe: FakeStripe) -> None:
    ready = threading.Barrier(50)
    responses: list[tuple[int, bytes]] = []

    def send() -> None:
        ready.wait()
        responses.append(post(fake_stripe, "/v1/payment_intents", {**ORDER}, "order-7")[:2])

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {status for status, _ in responses} <= {200, 409}
    assert len({body for status, body in responses if status == 200}) == 1
    assert len(fake_stripe.ledger()["intents"]) == 1


def test_different_keys_make_two_intents(fake_stripe: FakeStripe) -> None:
    """Negative control: a client that does not store its key."""
    for attempt in range(2):
        client = stripe_client(fake_stripe.url)
        client.v1.payment_intents.create(ORDER, {"idempotency_key": f"random-{attempt}"})
    assert len(fake_stripe.ledger()["intents"]) == 2


def test_invalid_parameters_are_not_stored(client: StripeClient) -> None:
    """Stripe docs: Advanced error handling."""
    options: stripe.RequestOptions = {"idempotency_key": "order-7"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({**ORDER, "amount": 0}, options)

    assert client.v1.payment_intents.create(ORDER, options).amount == 24100


def test_error_of_the_endpoint_is_stored(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client)
    options: stripe.RequestOptions = {"idempotency_key": "refund-3"}
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id}, options)
    fake_stripe.pay(intent.id)

    with pytest.raises(stripe.InvalidRequestError, match="successful charge") as again:
        client.v1.refunds.create({"payment_intent": intent.id}, options)

    assert again.value.headers is not None
    assert again.value.headers["Idempotent-Replayed"] == "true"
    client.v1.refunds.create({"payment_intent": intent.id}, {"idempotency_key": "refund-4"})


@pytest.mark.parametrize("when", ["before", "after"])
def test_stored_500_is_replayed(client: StripeClient, fake_stripe: FakeStripe, when: str) -> None:
    options: stripe.RequestOptions = {"idempotency_key": "order-7"}
    fake_stripe.fault("server_error", when=when, stored=True)  # type: ignore[arg-type]

    for _ in range(2):
        with pytest.raises(stripe.APIError) as failure:
            client.v1.payment_intents.create(ORDER, options)
        assert failure.value.http_status == 500

    assert fake_stripe.remaining_faults() == 0
    assert len(fake_stripe.ledger()["intents"]) == (1 if when == "after" else 0)


def test_keys_expire_after_24_hours(client: StripeClient, fake_stripe: FakeStripe) -> None:
    options: stripe.RequestOptions = {"idempotency_key": "order-7"}
    first = client.v1.payment_intents.create(ORDER, options)
    fake_stripe.clock(23 * 3600)
    assert client.v1.payment_intents.create(ORDER, options).id == first.id

    fake_stripe.clock(25 * 3600)

    assert client.v1.payment_intents.create(ORDER, options).id != first.id


def test_accounts_are_separate(fake_stripe: FakeStripe) -> None:
    ours, theirs = (
        stripe_client(fake_stripe.url, key=key) for key in ("sk_test_ours", "sk_test_theirs")
    )
    options: stripe.RequestOptions = {"idempotency_key": "order-7"}
    first = ours.v1.payment_intents.create(ORDER, options)

    assert theirs.v1.payment_intents.create(ORDER, options).id != first.id
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent"):
        theirs.v1.payment_intents.retrieve(first.id)


def test_get_ignores_the_key(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client)
    options: stripe.RequestOptions = {"idempotency_key": "read"}
    assert client.v1.payment_intents.retrieve(intent.id, None, options).status != "succeeded"
    fake_stripe.pay(intent.id)
    assert client.v1.payment_intents.retrieve(intent.id, None, options).status == "succeeded"
