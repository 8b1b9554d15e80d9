"""Fixtures and clients of the fake Stripe; test modules import them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from tests.support.fake_stripe.server import FakeStripe

API_KEY = "sk_test_of_the_shop"
WEBHOOK_SECRET = "whsec_of_the_shop"


@pytest.fixture
def fake_stripe() -> Iterator[FakeStripe]:
    """Start a fake Stripe for this test, without a webhook URL."""
    with FakeStripe(webhook_secret=WEBHOOK_SECRET) as server:
        yield server


def stripe_client(
    url: str, *, key: str = API_KEY, retries: int = 0, timeout: float = 5.0
) -> stripe.StripeClient:
    """Return a client of Stripe's library for a fake Stripe; ``timeout`` in seconds."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    )
