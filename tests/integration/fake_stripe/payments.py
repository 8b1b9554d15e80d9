"""Intents for tests."""

import stripe
from stripe import StripeClient

from tests.support.fake_stripe import Controls


def new_intent(client: StripeClient, amount: int = 24100) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create({"amount": amount, "currency": "inr"})


def paid_intent(client: StripeClient, controls: Controls, amount: int = 24100) -> str:
    """Return the id of an intent whose payment succeeded."""
    intent = new_intent(client, amount)
    controls.pay(intent.id)
    return intent.id
