"""The prices of a variant over time, and the price that is shown with a reduction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.money import Money

# At least 30 days. When daylight-saving time ends in them, they have another hour.
PRIOR_PRICE_PERIOD: Final = timedelta(days=30, hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntry:
    """The prices of a variant from `valid_from`, in UTC, until its next entry."""

    price: Money
    compare_at_price: Money | None
    valid_from: datetime
    changed_by: str


def has_new_price(before: VariantDetails, after: VariantDetails) -> bool:
    """Whether the price history gets an entry."""
    return (before.price, before.compare_at_price) != (after.price, after.compare_at_price)


def starts_reduction(before: VariantDetails, after: VariantDetails) -> bool:
    """Whether a price reduction is announced that was not announced before.

    A further reduction is a new one. Another compare-at price is not, so that it does not change
    the price with which the reduction is compared.
    """
    return after.is_on_sale and not (before.is_on_sale and before.price == after.price)


def lowest_price_30_days(history: Sequence[PriceEntry], *, reduced_at: datetime) -> Money | None:
    """The lowest price of the 30 days before a price reduction. None if there was no price.

    It must be shown with the reduction: Directive 98/6/EC, Article 6a(1) and (2), inserted by
    Directive (EU) 2019/2161, Article 2. The period ends when the reduction is applied, so the price
    stays the same while the reduction lasts. Each further reduction is compared with the reduced
    price before it; the exception of Article 6a(5) for progressive reductions is not used, since
    not all member states have it.

    `history` has the earlier entries of a variant by rising `valid_from`, at least those of the
    period and the last one before it.
    """
    start = reduced_at - PRIOR_PRICE_PERIOD
    lowest = None
    end = reduced_at
    for entry in reversed(history):
        if end <= start:
            break
        if entry.valid_from < end and (lowest is None or entry.price < lowest):
            lowest = entry.price
        end = entry.valid_from
    return lowest
