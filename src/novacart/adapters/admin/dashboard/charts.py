"""A span of days against the span before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from novacart.application.back_office.dashboard import SalesDay
from novacart.domain.shared.money import Money, currency_exponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`average` is revenue for each paid order; `conversion` in per cent, None without orders."""

    placed: int
    paid: int
    revenue: Money
    refunded: Money
    average: Money
    conversion: float | None

    @classmethod
    def of(cls, days: Sequence[SalesDay]) -> "Totals":
        zero = Money.zero(days[0].revenue.currency)
        placed, paid = sum(day.placed for day in days), sum(day.paid for day in days)
        revenue = sum((day.revenue for day in days), zero)
        confirmed = sum(day.confirmed for day in days)
        return cls(
            placed=placed,
            paid=paid,
            revenue=revenue,
            refunded=sum((day.refunded for day in days), zero),
            average=Money(revenue.amount // paid if paid else 0, zero.currency),
            conversion=100 * confirmed / placed if placed else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The days of a span, its totals, and those of the span of the same length before it."""

    days: Sequence[SalesDay]
    now: Totals
    before: Totals

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> date:
        return self.days[-1].day

    def series(self) -> dict[str, list[float]]:
        """What a chart draws: a list for each line, day by day."""
        scale = 10 ** currency_exponent(self.now.revenue.currency)
        each: dict[str, Callable[[SalesDay], float]] = {
            "day": lambda day: datetime(
                day.day.year, day.day.month, day.day.day, tzinfo=UTC
            ).timestamp(),
            "revenue": lambda day: day.revenue.amount / scale,
            "refunded": lambda day: day.refunded.amount / scale,
            "orders": lambda day: day.placed,
        }
        return {name: [value(day) for day in self.days] for name, value in each.items()}

    @property
    def changes(self) -> dict[str, int | None]:
        """Each total against the one before, in per cent; None where there was nothing before."""
        now, before = self.now, self.before
        return {
            "revenue": _change(now.revenue.amount, before.revenue.amount),
            "placed": _change(now.placed, before.placed),
            "average": _change(now.average.amount, before.average.amount),
            "refunded": _change(now.refunded.amount, before.refunded.amount),
            "conversion": _change(now.conversion or 0, before.conversion or 0),
        }


def compared(days: Sequence[SalesDay], length: int) -> Comparison:
    """The last `length` days against the `length` before them."""
    return Comparison(
        days=days[-length:], now=Totals.of(days[-length:]), before=Totals.of(days[:length])
    )


def _change(now: float, before: float) -> int | None:
    return round(100 * (now - before) / before) if before else None
