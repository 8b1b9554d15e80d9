"""Faults (Stripe docs: Advanced error handling; Rate limits)."""

import socket
from urllib.parse import urlsplit

import pytest
import stripe
from stripe.params import PaymentIntentCreateParams

from tests.integration.fake_stripe.payments import new_intent
from tests.support.fake_stripe import ControlRefused, FakeStripe
from tests.support.fake_stripe.faults import Effect, When
from tests.support.fake_stripe.fixtures import API_KEY, stripe_client

ORDER: PaymentIntentCreateParams = {"amount": 24100, "currency": "inr"}
KEY: stripe.RequestOptions = {"idempotency_key": "order-7"}


def intents(server: FakeStripe) -> int:
    return len(server.ledger()["intents"])


@pytest.mark.parametrize("effect", ["hang", "close", "reset", "garbage", "redirect"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_retry_under_the_same_key_makes_one_intent(
    fake_stripe: FakeStripe, effect: Effect, when: When
) -> None:
    client = stripe_client(fake_stripe.url, timeout=0.3)
    fake_stripe.fault(effect, when=when, path="/v1/payment_intents")

    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        client.v1.payment_intents.create(ORDER, KEY)
    assert fake_stripe.remaining_faults() == 0
    assert intents(fake_stripe) == (1 if when == "after" else 0)

    intent = client.v1.payment_intents.create(ORDER, KEY)

    assert list(fake_stripe.ledger()["intents"]) == [intent.id]


def test_retry_without_a_key_makes_a_second_intent(fake_stripe: FakeStripe) -> None:
    """Negative control: the cause of double charges after a timeout."""
    client = stripe_client(fake_stripe.url, timeout=0.3)
    fake_stripe.fault("hang", when="after")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(ORDER)

    client.v1.payment_intents.create(ORDER)

    assert intents(fake_stripe) == 2


def test_retries_of_the_library_have_one_key(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url, retries=2)
    fake_stripe.fault("close", when="after")

    client.v1.payment_intents.create(ORDER)

    first, second = fake_stripe.requests("POST", "/v1/payment_intents")
    assert first["idempotency_key"] == second["idempotency_key"] is not None
    assert (first["fault"], first["status"], second["replayed"]) == ("close", None, True)
    assert intents(fake_stripe) == 1


def test_500_before_execution_is_not_stored(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("server_error")
    with pytest.raises(stripe.APIError) as error:
        client.v1.payment_intents.create(ORDER, KEY)
    assert error.value.http_status == 500

    client.v1.payment_intents.create(ORDER, KEY)

    assert intents(fake_stripe) == 1


def test_500_after_execution_keeps_its_effect_and_forbids_retries(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url, retries=2)
    fake_stripe.fault("server_error", when="after")

    with pytest.raises(stripe.APIError) as error:
        client.v1.payment_intents.create(ORDER, KEY)

    assert error.value.http_status == 500
    assert error.value.headers is not None
    assert error.value.headers["Stripe-Should-Retry"] == "false"
    assert len(fake_stripe.requests()) == 1
    assert intents(fake_stripe) == 1
    assert [event["type"] for event in fake_stripe.events()] == ["payment_intent.created"]


def test_429_has_retry_after_and_is_not_stored(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("rate_limit", seconds=7)

    with pytest.raises(stripe.RateLimitError) as error:
        client.v1.payment_intents.create(ORDER, KEY)

    assert error.value.headers is not None
    assert error.value.headers["Retry-After"] == "7"
    assert client.v1.payment_intents.create(ORDER, KEY).amount == 24100


def test_409_is_not_stored(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("conflict")

    with pytest.raises(stripe.APIError) as error:
        client.v1.payment_intents.create(ORDER, KEY)

    assert error.value.http_status == 409
    assert client.v1.payment_intents.create(ORDER, KEY).amount == 24100


def test_402_is_stored(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("card_declined")

    for _ in range(2):
        with pytest.raises(stripe.CardError) as error:
            client.v1.payment_intents.create(ORDER, KEY)
        assert error.value.code == "card_declined"

    assert intents(fake_stripe) == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_slow_response_is_correct(fake_stripe: FakeStripe, when: When) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("slow", when=when, seconds=0.05)

    assert client.v1.payment_intents.create(ORDER).amount == 24100
    assert fake_stripe.remaining_faults() == 0


def test_fault_affects_only_matching_requests(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("server_error", method="POST", path="/v1/payment_intents", skip=1, times=2)

    intent = new_intent(client)
    client.v1.payment_intents.retrieve(intent.id)
    client.v1.payment_intents.cancel(intent.id)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            new_intent(client)
    new_intent(client)

    assert intents(fake_stripe) == 2


def test_cleared_faults_have_no_effect(fake_stripe: FakeStripe) -> None:
    fake_stripe.fault("reset", times=100)
    fake_stripe.clear_faults()
    new_intent(stripe_client(fake_stripe.url))


@pytest.mark.parametrize(
    ("effect", "when"), [("earthquake", "before"), ("hang", "never"), ("rate_limit", "after")]
)
def test_impossible_fault_is_refused(fake_stripe: FakeStripe, effect: Effect, when: When) -> None:
    with pytest.raises(ControlRefused):
        fake_stripe.fault(effect, when=when)


def read_raw(server: FakeStripe) -> bytes:
    """Send a request and read until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port), timeout=10) as peer:
        head = "GET /v1/balance HTTP/1.1\r\nHost: stripe\r\nConnection: close\r\n"
        peer.sendall(f"{head}Authorization: Bearer {API_KEY}\r\n\r\n".encode())
        received = b""
        while part := peer.recv(65536):
            received += part
        return received


@pytest.mark.parametrize("effect", ["close", "hang"])
def test_closed_connection_sends_no_bytes(fake_stripe: FakeStripe, effect: Effect) -> None:
    fake_stripe.fault(effect, seconds=0.05)
    assert read_raw(fake_stripe) == b""


def test_reset_connection_sends_rst(fake_stripe: FakeStripe) -> None:
    fake_stripe.fault("reset")
    with pytest.raises(ConnectionResetError):
        read_raw(fake_stripe)
