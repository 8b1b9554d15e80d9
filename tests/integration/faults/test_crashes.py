"""Wherever a process dies, the shop settles within a minute of its restart.

The points are found by running a journey: it is made again and again, dying at a later point
each time, until there is no point left to die at. Every run has a process die at each point on
one of the two databases; `make stress` has it die at each on both.
"""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from injector import Module

from tests.integration.faults.conftest import MakeShop
from tests.support.crash_harness import MortalShop
from tests.support.crash_journeys import JOURNEYS, Journey, Travels, buy, refund_a_part
from tests.support.naive_payments import KeyForEachCall, ProviderFirst


def _deaths(
    travels: Travels, journey: Journey, *, first: int = 0, step: int = 1
) -> Iterator[tuple[str, str | None]]:
    """Each point that the journey was cut short at, and what was wrong a minute later."""
    expected = travels.make(journey)
    for at in count(first, step):
        outcome = travels.make(journey, dying_at=at)
        died_at = travels.shop.died_at
        if died_at is None:
            assert outcome == expected
            return
        waiting = travels.shop.waiting()
        wrong = f"{outcome} instead of {expected}" if outcome != expected else None
        yield f"{at}: {died_at}", str(waiting) if waiting else wrong


@pytest.mark.timeout(300)
@pytest.mark.parametrize("every", [2, pytest.param(1, marks=pytest.mark.stress)])
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_a_journey_ends_as_it_would_have_wherever_the_process_dies(
    make_shop: MakeShop, database_url: str, journey: Journey, every: int
) -> None:
    shop = make_shop()
    first = int(database_url.startswith("postgresql")) % every
    deaths = list(_deaths(Travels.through(shop), journey, first=first, step=every))
    assert {point: wrong for point, wrong in deaths if wrong} == {}
    assert len(deaths) > 3
    assert shop.contradictions() == []


@pytest.mark.parametrize(
    ("naive", "journey"),
    [(ProviderFirst, buy), (KeyForEachCall, refund_a_part)],
    ids=["provider-first", "key-for-each-call"],
)
def test_the_naive_ways_lose_money_at_one_of_the_points(
    make_shop: MakeShop, naive: Callable[[MortalShop], Module], journey: Journey
) -> None:
    """The negative control of the test above: it goes on until a death does harm."""
    deaths = _deaths(Travels.through(make_shop(naive)), journey)
    assert any(wrong for _, wrong in deaths)
