"""A shop that can be killed, cut off and starved."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from injector import Module

from tests.support.crash_harness import MortalShop
from tests.support.crash_journeys import Travels
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET, fake_stripe
from tests.support.fake_stripe.process import StripeProcess
from tests.support.fake_stripe.server import FakeStripe
from tests.support.process_harness import Street
from tests.support.processes import free_port

__all__ = ["fake_stripe"]

MakeShop = Callable[..., MortalShop]


@pytest.fixture
def make_shop(database_url: str, fake_stripe: FakeStripe, tmp_path: Path) -> Iterator[MakeShop]:
    """Makes the shop, with naive parts in place of its own where a test gives some."""
    made: list[MortalShop] = []

    def make(*naive: Callable[[MortalShop], Module]) -> MortalShop:
        made.append(MortalShop(database_url, fake_stripe, tmp_path, naive))
        return made[-1]

    yield make
    for shop in made:
        shop.close()


@pytest.fixture
def shop(make_shop: MakeShop) -> MortalShop:
    return make_shop()


@pytest.fixture
def travels(shop: MortalShop) -> Travels:
    return Travels.through(shop)


@pytest.fixture
def street(database_url: str, tmp_path: Path) -> Iterator[Street]:
    port = free_port()
    with StripeProcess(tmp_path / "stripe", "--webhook-secret", WEBHOOK_SECRET) as stripe:
        environ = {
            "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(tmp_path / "var"),
            "PORT": str(port),
            "WEB_WORKERS": "1",
            "STRIPE_SECRET_KEY": API_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_BASE": stripe.url,
            "RATELIMIT_ENABLED": "False",
        }
        stripe.webhook(f"http://127.0.0.1:{port}/api/payments/webhook/", WEBHOOK_SECRET)
        yield Street(stripe=stripe, environ=environ, folder=tmp_path, port=port)
