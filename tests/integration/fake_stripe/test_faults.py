"""Faults on demand (Stripe docs: Advanced error handling; Rate limits)."""

import pytest
import stripe
from stripe.params import PaymentIntentCreateParams

from tests.integration.fake_stripe.payments import new_intent
from tests.support.fake_stripe import ControlRefused, FakeStripe
from tests.support.fake_stripe.faults import Effect, When
from tests.support.fake_stripe.fixtures import stripe_client

ORDER: PaymentIntentCreateParams = {"amount": 24100, "currency": "inr"}
KEY: stripe.RequestOptions = {"idempotency_key": "order-7"}


def intents(server: FakeStripe) -> int:
    return len(server.ledger()["intents"])


@pytest.mark.parametrize("effect", ["hang", "close", "reset", "garbage", "redirect"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_found_again_by_its_key(
    fake_stripe: FakeStripe, effect: Effect, when: When
) -> None:
    client = stripe_client(fake_stripe.url, timeout=0.3)
    fake_stripe.fault(effect, when=when, path="/v1/payment_intents")

    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        client.v1.payment_intents.create(ORDER, KEY)
    assert fake_stripe.remaining_faults() == 0
    assert intents(fake_stripe) == (1 if when == "after" else 0)

    again = client.v1.payment_intents.create(ORDER, KEY)

    assert list(fake_stripe.ledger()["intents"]) == [again.id]


def test_without_its_key_a_lost_answer_is_a_second_intent(fake_stripe: FakeStripe) -> None:
    """The negative control: a timeout after success is what double charges are made of."""
    client = stripe_client(fake_stripe.url, timeout=0.3)
    fake_stripe.fault("hang", when="after")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(ORDER)

    client.v1.payment_intents.create(ORDER)

    assert intents(fake_stripe) == 2


def test_the_librarys_own_retry_carries_one_key(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url, retries=2)
    fake_stripe.fault("close", when="after")

    client.v1.payment_intents.create(ORDER)

    first, second = fake_stripe.requests("POST", "/v1/payment_intents")
    assert first["idempotency_key"] == second["idempotency_key"] is not None
    assert (first["fault"], first["status"], second["replayed"]) == ("close", None, True)
    assert intents(fake_stripe) == 1


def test_a_500_before_execution_is_not_kept(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("server_error")
    with pytest.raises(stripe.APIError) as failure:
        client.v1.payment_intents.create(ORDER, KEY)
    assert failure.value.http_status == 500

    client.v1.payment_intents.create(ORDER, KEY)

    assert intents(fake_stripe) == 1


def test_a_500_after_execution_leaves_what_it_did(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url, retries=2)
    fake_stripe.fault("server_error", when="after")

    with pytest.raises(stripe.APIError) as failure:
        client.v1.payment_intents.create(ORDER, KEY)

    assert failure.value.http_status == 500
    assert failure.value.headers is not None
    assert failure.value.headers["Stripe-Should-Retry"] == "false"
    assert len(fake_stripe.requests()) == 1
    assert intents(fake_stripe) == 1
    assert [event["type"] for event in fake_stripe.events()] == ["payment_intent.created"]


def test_a_429_says_when_to_come_back_and_is_not_kept(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("rate_limit", seconds=7)

    with pytest.raises(stripe.RateLimitError) as error:
        client.v1.payment_intents.create(ORDER, KEY)

    assert error.value.headers is not None
    assert error.value.headers["Retry-After"] == "7"
    assert client.v1.payment_intents.create(ORDER, KEY).amount == 24100


def test_a_409_is_a_conflict_that_passes(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("conflict")

    with pytest.raises(stripe.APIError) as error:
        client.v1.payment_intents.create(ORDER, KEY)

    assert error.value.http_status == 409
    assert client.v1.payment_intents.create(ORDER, KEY).amount == 24100


def test_a_402_is_a_result_and_kept(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("card_declined")

    for _ in range(2):
        with pytest.raises(stripe.CardError) as error:
            client.v1.payment_intents.create(ORDER, KEY)
        assert error.value.code == "card_declined"

    assert intents(fake_stripe) == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slow_answer_is_the_right_one(fake_stripe: FakeStripe, when: When) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("slow", when=when, seconds=0.05)

    assert client.v1.payment_intents.create(ORDER).amount == 24100
    assert fake_stripe.remaining_faults() == 0


def test_a_fault_strikes_only_what_it_is_meant_for(fake_stripe: FakeStripe) -> None:
    client = stripe_client(fake_stripe.url)
    fake_stripe.fault("server_error", method="POST", path="/v1/payment_intents", skip=1, times=2)

    intent = new_intent(client)
    client.v1.payment_intents.retrieve(intent.id)
    client.v1.payment_intents.update(intent.id, {"description": "another path"})
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            new_intent(client)
    new_intent(client)

    assert intents(fake_stripe) == 2


def test_faults_can_be_switched_off(fake_stripe: FakeStripe) -> None:
    fake_stripe.fault("reset", times=100)
    assert fake_stripe.remaining_faults() == 100
    fake_stripe.clear_faults()
    new_intent(stripe_client(fake_stripe.url))


@pytest.mark.parametrize(
    ("effect", "when"), [("earthquake", "before"), ("hang", "never"), ("rate_limit", "after")]
)
def test_a_fault_that_cannot_be_is_refused(
    fake_stripe: FakeStripe, effect: Effect, when: When
) -> None:
    with pytest.raises(ControlRefused):
        fake_stripe.fault(effect, when=when)
