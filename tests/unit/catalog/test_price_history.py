"""The lowest price of the 30 days before a reduction: Directive 98/6/EC, Article 6a."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from novacart.domain.catalog.price_history import (
    PriceEntry,
    has_new_price,
    lowest_price_30_days,
    starts_reduction,
)
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON, variant_details

DAY = timedelta(days=1)


def entry(amount: int, valid_from: datetime) -> PriceEntry:
    price = Money(amount, "INR")
    return PriceEntry(
        price=price, compare_at_price=None, valid_from=valid_from, changed_by="system"
    )


def lowest(*prices: tuple[float, int]) -> int | None:
    """The lowest price before a reduction now, of prices given as (days ago, amount)."""
    history = [entry(amount, NOON - days * DAY) for days, amount in prices]
    price = lowest_price_30_days(history, reduced_at=NOON)
    return None if price is None else price.amount


def test_lowest_price_of_30_days_in_which_daylight_saving_time_ends() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    reduced_at = datetime(2026, 11, 6, 12, tzinfo=berlin)
    ended = datetime(2026, 10, 7, 12, 1, tzinfo=berlin)
    times = [(ended - DAY, 500), (ended, 900)]
    history = [entry(amount, at.astimezone(UTC)) for at, amount in times]
    price = lowest_price_30_days(history, reduced_at=reduced_at.astimezone(UTC))
    assert price == Money(500, "INR")


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([(100, 500)], 500),
        # A short rise before the sale does not count.
        ([(100, 500), (3, 900)], 500),
        # The price that applied at the beginning of the period counts.
        ([(100, 500), (29, 900)], 500),
        # One that ended exactly at its beginning does not. The period has another hour.
        ([(100, 500), (30 + 1 / 24, 900)], 900),
        ([(100, 500), (30.042, 900)], 900),
        ([(100, 500), (30.041, 900)], 500),
        # Nor one from a longer time ago.
        ([(100, 300), (50, 700), (20, 600), (10, 800)], 600),
        # A product that is sold for less than 30 days.
        ([(5, 700), (2, 650)], 650),
        # A price that never applied, since it was replaced at once.
        ([(100, 700), (2, 1), (2, 650)], 650),
        ([(100, 700), (0, 650)], 700),
        ([(0, 650)], None),
        ([], None),
    ],
)
def test_lowest_price_of_the_30_days_before_a_reduction(
    prices: list[tuple[float, int]], expected: int | None
) -> None:
    assert lowest(*prices) == expected


@pytest.mark.parametrize(
    ("before", "after", "starts"),
    [
        ((500, None), (400, 500), True),
        ((500, 500), (400, 500), True),
        ((500, None), (500, 600), True),
        ((400, 500), (300, 500), True),
        ((400, 500), (450, 500), True),
        # The same reduction, announced with another compare-at price.
        ((400, 500), (400, 600), False),
        ((400, 500), (400, None), False),
        ((400, 500), (500, 500), False),
        ((400, None), (300, None), False),
    ],
)
def test_start_of_a_reduction(
    before: tuple[int, int | None], after: tuple[int, int | None], *, starts: bool
) -> None:
    old, new = (
        variant_details(price=price, compare_at=compare_at) for price, compare_at in (before, after)
    )
    assert starts_reduction(old, new) is starts
    assert has_new_price(old, new)
    assert not has_new_price(new, new)
