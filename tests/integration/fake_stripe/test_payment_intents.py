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


def test_a_new_intent_says_what_was_asked(client: StripeClient) -> None:
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
        ({"amount": -1}, "amount", "parameter_invalid_integer"),
        ({"amount": "1.5"}, "amount", "parameter_invalid_integer"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"currency": "INR"}, "currency", None),
        ({"currency": "rupees"}, "currency", None),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"metadata": {"k": "v" * 501}}, "metadata", None),
        ({"capture_method": "never"}, "capture_method", None),
    ],
)
def test_bad_parameters_are_refused(
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


def test_an_unknown_intent_is_404_resource_missing(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as error:
        client.v1.payment_intents.retrieve("pi_unknown")

    assert error.value.http_status == 404
    assert error.value.code == "resource_missing"
    assert "No such payment_intent: 'pi_unknown'" in str(error.value)


def test_a_payment_that_succeeds_is_captured_once(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = new_intent(client)

    fake_stripe.pay(intent.id)

    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (paid.status, paid.amount_received) == ("succeeded", 24100)
    assert isinstance(paid.latest_charge, stripe.Charge)
    assert paid.latest_charge.paid
    assert paid.latest_charge.amount_captured == 24100
    assert fake_stripe.ledger()["intents"][intent.id]["captures"] == 1
    with pytest.raises(ControlRefused):
        fake_stripe.pay(intent.id)


def test_a_decline_leaves_the_intent_payable_and_says_why(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
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


def test_an_action_and_a_slow_bank_lead_to_success(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = new_intent(client)
    states = [
        fake_stripe.attach(intent.id)["status"],
        fake_stripe.pay(intent.id, "require_action")["status"],
        fake_stripe.pay(intent.id, "process")["status"],
        fake_stripe.settle(intent.id)["status"],
    ]
    assert states == ["requires_confirmation", "requires_action", "processing", "succeeded"]


def test_a_slow_bank_may_refuse(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client)
    fake_stripe.pay(intent.id, "process")

    refused = fake_stripe.settle(intent.id, succeeded=False)

    assert refused["status"] == "requires_payment_method"
    assert fake_stripe.ledger()["totals"]["inr"]["captured"] == 0


def test_confirming_with_stripes_test_cards(client: StripeClient) -> None:
    """Stripe docs: Testing, "Declined payments" and "3D Secure authentication"."""
    intent = new_intent(client)
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.v1.payment_intents.confirm(intent.id)

    with pytest.raises(stripe.CardError) as error:
        client.v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"}
        )
    assert error.value.http_status == 402
    assert error.value.error is not None
    assert error.value.error.decline_code == "insufficient_funds"
    assert error.value.error.payment_intent is not None
    assert error.value.error.payment_intent.status == "requires_payment_method"

    challenged = client.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_threeDSecure2Required"}
    )
    assert challenged.status == "requires_action"
    assert challenged.next_action is not None
    paid = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="already succeeded") as again:
        client.v1.payment_intents.confirm(intent.id)
    assert again.value.code == "payment_intent_unexpected_state"


def test_an_intent_may_be_confirmed_as_it_is_created(client: StripeClient) -> None:
    paid = new_intent(client, confirm=True, payment_method="pm_card_visa")

    assert paid.status == "succeeded"


def test_manual_capture_holds_and_then_takes_a_part(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    """Stripe docs: Place a hold on a payment method."""
    intent = new_intent(client, capture_method="manual")
    held = fake_stripe.pay(intent.id)
    assert (held["status"], held["amount_capturable"]) == ("requires_capture", 24100)
    assert fake_stripe.ledger()["intents"][intent.id]["captured"] == 0
    with pytest.raises(stripe.InvalidRequestError, match="greater than the amount capturable"):
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 24101})

    taken = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 20000})

    assert (taken.status, taken.amount_received) == ("succeeded", 20000)
    assert fake_stripe.ledger()["totals"]["inr"]["balance"] == 20000
    with pytest.raises(stripe.InvalidRequestError, match="could not be captured"):
        client.v1.payment_intents.capture(intent.id)


def test_cancelling_a_hold_lets_it_go(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client, capture_method="manual")
    fake_stripe.pay(intent.id)

    canceled = client.v1.payment_intents.cancel(intent.id)

    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    assert fake_stripe.ledger()["intents"][intent.id]["captured"] == 0


def test_a_canceled_intent_can_be_neither_paid_nor_canceled_again(
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
def test_a_payment_under_way_or_done_cannot_be_canceled(
    client: StripeClient, fake_stripe: FakeStripe, outcome: str
) -> None:
    intent = new_intent(client)
    fake_stripe.pay(intent.id, outcome)  # type: ignore[arg-type]

    with pytest.raises(stripe.InvalidRequestError, match="You cannot cancel this PaymentIntent"):
        client.v1.payment_intents.cancel(intent.id)


def test_metadata_is_merged_and_an_empty_value_removes_a_key(client: StripeClient) -> None:
    """Stripe API: Metadata."""
    intent = new_intent(client)

    updated = client.v1.payment_intents.update(
        intent.id, {"metadata": {"order_number": "", "0": "digits are names too"}}
    )

    assert updated.metadata.to_dict() == {"order_id": "7", "0": "digits are names too"}
    cleared = client.v1.payment_intents.update(intent.id, {"metadata": ""})
    assert cleared.metadata.to_dict() == {}


def test_the_amount_can_change_until_it_is_paid(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = new_intent(client)
    assert client.v1.payment_intents.update(intent.id, {"amount": 100}).amount == 100

    fake_stripe.pay(intent.id)

    with pytest.raises(stripe.InvalidRequestError, match="amount could not be updated"):
        client.v1.payment_intents.update(intent.id, {"amount": 200})
    client.v1.payment_intents.update(intent.id, {"metadata": {"still": "possible"}})
