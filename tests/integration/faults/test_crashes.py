"""A crash at any point leaves the shop as if it had not happened, a minute after the restart.

The crash points of a journey are found by running it repeatedly, with the crash one point later
each time. An ordinary run tries every second point on each database; the stress tests try all.
"""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from injector import Module

from tests.integration.faults.conftest import MakeShop
from tests.support.crash_harness import CrashHarness
from tests.support.crash_journeys import (
    JOURNEYS,
    Journey,
    JourneyRunner,
    buy,
    refund_item_without_webhooks,
)
from tests.support.naive_payments import KeyForEachCall, ProviderFirst


def _crashes(
    runner: JourneyRunner, journey: Journey, *, first: int = 0, step: int = 1
) -> Iterator[tuple[str, str | None]]:
    """Yield each crash point, and how the outcome differs from that without a crash."""
    expected = runner.run(journey)
    for at in count(first, step):
        outcome = runner.run(journey, crash_at=at)
        crashed_at = runner.shop.crashed_at
        if crashed_at is None:
            assert outcome == expected
            return
        unhandled = runner.shop.unhandled_messages()
        difference = f"{outcome} instead of {expected}" if outcome != expected else None
        yield f"{at}: {crashed_at}", str(unhandled) if unhandled else difference


@pytest.mark.timeout(300)
@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.stress)])
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_crash_at_any_point_does_not_change_the_outcome(
    make_shop: MakeShop, database_url: str, journey: Journey, step: int
) -> None:
    shop = make_shop()
    first = int(database_url.startswith("postgresql")) % step
    crashes = list(_crashes(JourneyRunner.create(shop), journey, first=first, step=step))
    assert {point: difference for point, difference in crashes if difference} == {}
    assert len(crashes) > 3
    assert shop.violations() == []


@pytest.mark.parametrize(
    ("naive", "journey"),
    [(ProviderFirst, buy), (KeyForEachCall, refund_item_without_webhooks)],
    ids=["provider-first", "key-for-each-call"],
)
def test_crash_of_naive_payment_code_changes_the_outcome(
    make_shop: MakeShop, naive: Callable[[CrashHarness], Module], journey: Journey
) -> None:
    """Negative control."""
    crashes = _crashes(JourneyRunner.create(make_shop(naive)), journey)
    assert any(difference for _, difference in crashes)
