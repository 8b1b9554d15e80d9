from collections.abc import Iterator

import pytest
from stripe import StripeClient

from tests.integration.fake_stripe.shop import ListeningShop
from tests.support.fake_stripe import FakeStripe
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET, fake_stripe, stripe_client

__all__ = ["fake_stripe"]


@pytest.fixture
def client(fake_stripe: FakeStripe) -> StripeClient:
    return stripe_client(fake_stripe.url)


@pytest.fixture
def shop(fake_stripe: FakeStripe) -> Iterator[ListeningShop]:
    with ListeningShop() as listening:
        fake_stripe.webhook(listening.url, WEBHOOK_SECRET)
        yield listening
