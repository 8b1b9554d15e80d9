"""A shop that can be killed, cut off and starved."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from injector import Module

from tests.support.fake_stripe.fixtures import fake_stripe
from tests.support.fake_stripe.server import FakeStripe
from tests.support.journeys import Travels
from tests.support.mortal_shop import MortalShop

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
