"""PaymentIntents (Stripe API: PaymentIntents; docs: How PaymentIntents and SetupIntents work)."""

import pytest
import stripe
from stripe import StripeClient
from stripe.params import PaymentIntentCreateParams

from tests.support.fake_stripe import ControlRefused, FakeStripe

ORDER: PaymentIntentCreateParams = {
    "amount": 24100,
    "currency": "inr",
    "automatic_payment_methods": {"enabled": True},
    "metadata": {"order_id": "7", "order_number": "NC-7"},
    "receipt_email": "ada@example.com",
    "description": "Order NC-7",
}


def new_intent(client: StripeClient, **changes: object) -> stripe.PaymentIntent:
    params: PaymentIntentCreateParams = {**ORDER, **changes}  # type: ignore[typeddict-item]
    return client.v1.payment_intents.create(params)


def test_new_intent_has_the_given_parameters(client: StripeClient) -> None:
    intent = new_intent(client)

    assert intent.id.startswith("pi_")
    assert (intent.client_secret or "").startswith(f"{intent.id}_secret_")
    assert (intent.amount, intent.currency) == (24100, "inr")
    assert intent.status == "requires_payment_method"
    assert intent.metadata.to_dict() == {"order_id": "7", "order_number": "NC-7"}
    assert intent.receipt_email == "ada@example.com"
    assert intent.description == "Order NC-7"
    assert intent.automatic_payment_methods is not None
    assert intent.automatic_payment_methods.enabled
    assert intent.latest_charge is None
    assert client.v1.payment_intents.retrieve(intent.id) == intent


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"amount": 0}, "amount", "parameter_invalid_integer"),
        ({"amount": "1.5"}, "amount", "parameter_invalid_integer"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"currency": "INR"}, "currency", None),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"metadata": {"k": "v" * 501}}, "metadata", None),
    ],
)
def test_invalid_parameters_are_400(
    client: StripeClient, changes: dict[str, object], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as error:
        new_intent(client, **changes)

    assert error.value.http_status == 400
    assert (error.value.param, error.value.code) == (param, code)


def test_amount_and_currency_are_required(client: StripeClient) -> None:
    for left_out in ("amount", "currency"):
        params = {name: value for name, value in ORDER.items() if name != left_out}
        with pytest.raises(stripe.InvalidRequestError) as error:
            client.v1.payment_intents.create(params)  # type: ignore[arg-type]
        assert (error.value.code, error.value.param) == ("parameter_missing", left_out)


def test_unknown_intent_is_404_resource_missing(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.retrieve("pi_unknown")

    assert error.value.http_status == 404
    assert error.value.code == "resource_missing"
    assert "No such payment_intent: 'pi_unknown'" in str(error.value)


def test_successful_payment_is_captured_once(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client)

    fake_stripe.pay(intent.id)

    paid = client.v1.payment_intents.retrieve(intent.id)
    assert (paid.status, paid.amount_received) == ("succeeded", 24100)
    charge = client.v1.charges.retrieve(str(paid.latest_charge))
    assert (charge.paid, charge.amount_captured) == (True, 24100)
    assert fake_stripe.ledger()["intents"][intent.id]["captures"] == 1
    with pytest.raises(ControlRefused):
        fake_stripe.pay(intent.id)


def test_decline_leaves_the_intent_payable(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client)

    fake_stripe.pay(intent.id, "decline", decline_code="insufficient_funds")

    declined = client.v1.payment_intents.retrieve(intent.id)
    assert declined.status == "requires_payment_method"
    assert declined.last_payment_error is not None
    assert declined.last_payment_error.code == "card_declined"
    assert declined.last_payment_error.decline_code == "insufficient_funds"
    assert fake_stripe.ledger()["intents"][intent.id]["captured"] == 0

    fake_stripe.pay(intent.id)
    paid = client.v1.payment_intents.retrieve(intent.id)
    assert paid.status == "succeeded"
    assert paid.last_payment_error is None


def test_action_and_processing_lead_to_success(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = new_intent(client)
    states = [
        fake_stripe.pay(intent.id, "require_action")["status"],
        fake_stripe.pay(intent.id, "process")["status"],
        fake_stripe.settle(intent.id)["status"],
    ]
    assert states == ["requires_action", "processing", "succeeded"]


def test_processing_payment_can_be_declined(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client)
    fake_stripe.pay(intent.id, "process")

    declined = fake_stripe.settle(intent.id, succeeded=False)

    assert declined["status"] == "requires_payment_method"
    assert fake_stripe.ledger()["totals"]["inr"]["captured"] == 0


def test_canceled_intent_can_be_neither_paid_nor_canceled(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    """Stripe API: Cancel a PaymentIntent."""
    intent = new_intent(client)
    canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert canceled.canceled_at is not None

    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.payment_intents.cancel(intent.id)
    assert again.value.code == "payment_intent_unexpected_state"
    assert "has a status of canceled" in str(again.value)
    assert again.value.error is not None
    assert again.value.error.payment_intent is not None
    assert again.value.error.payment_intent.id == intent.id
    with pytest.raises(ControlRefused):
        fake_stripe.pay(intent.id)


@pytest.mark.parametrize("outcome", ["succeed", "process"])
def test_processing_or_paid_intent_cannot_be_canceled(
    client: StripeClient, fake_stripe: FakeStripe, outcome: str
) -> None:
    intent = new_intent(client)
    fake_stripe.pay(intent.id, outcome)  # type: ignore[arg-type]

    with pytest.raises(stripe.InvalidRequestError, match="You cannot cancel this PaymentIntent"):
        client.v1.payment_intents.cancel(intent.id)
