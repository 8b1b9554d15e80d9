"""Fixtures of shops whose processes crash and whose dependencies fail."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from injector import Module

from tests.support.crash_harness import CrashHarness
from tests.support.crash_journeys import JourneyRunner
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET, fake_stripe
from tests.support.fake_stripe.process import StripeProcess
from tests.support.fake_stripe.server import FakeStripe
from tests.support.process_harness import ProcessHarness
from tests.support.processes import PRODUCTION, free_port

__all__ = ["fake_stripe"]

MakeShop = Callable[..., CrashHarness]


@pytest.fixture
def make_shop(database_url: str, fake_stripe: FakeStripe, tmp_path: Path) -> Iterator[MakeShop]:
    """Return a function that builds a shop; modules given to it replace parts of it."""
    shops: list[CrashHarness] = []

    def make(*naive: Callable[[CrashHarness], Module]) -> CrashHarness:
        shops.append(CrashHarness(database_url, fake_stripe, tmp_path, naive))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()


@pytest.fixture
def shop(make_shop: MakeShop) -> CrashHarness:
    return make_shop()


@pytest.fixture
def runner(shop: CrashHarness) -> JourneyRunner:
    return JourneyRunner.create(shop)


@pytest.fixture
def processes(database_url: str, tmp_path: Path) -> Iterator[ProcessHarness]:
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
            **PRODUCTION,
        }
        stripe.webhook(f"http://127.0.0.1:{port}/api/payments/webhook/", WEBHOOK_SECRET)
        yield ProcessHarness(stripe=stripe, environ=environ, folder=tmp_path, port=port)
