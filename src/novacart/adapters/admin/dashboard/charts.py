"""Sales figures of a period, compared with the previous period of the same length."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from novacart.application.back_office.dashboard import SalesDay
from novacart.domain.shared.money import Money, currency_exponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`average` is the revenue per paid order.

    `conversion` is the percentage of placed orders that were confirmed, None without orders.
    """

    placed: int
    paid: int
    revenue: Money
    refunded: Money
    disputed: Money
    net_revenue: Money
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
            disputed=sum((day.disputed for day in days), zero),
            net_revenue=sum((day.net_revenue for day in days), zero),
            average=Money(revenue.amount // paid if paid else 0, zero.currency),
            conversion=100 * confirmed / placed if placed else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Days and totals of the current period, and totals of the previous one."""

    days: Sequence[SalesDay]
    current: Totals
    previous: Totals

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> date:
        return self.days[-1].day

    def series(self) -> dict[str, list[float]]:
        """Chart data by day: times in seconds since 1970, amounts in major units."""
        scale = 10 ** currency_exponent(self.current.revenue.currency)
        values: dict[str, Callable[[SalesDay], float]] = {
            "day": lambda day: datetime(
                day.day.year, day.day.month, day.day.day, tzinfo=UTC
            ).timestamp(),
            "revenue": lambda day: day.revenue.amount / scale,
            "refunded": lambda day: day.refunded.amount / scale,
            "orders": lambda day: day.placed,
        }
        return {name: [value(day) for day in self.days] for name, value in values.items()}

    @property
    def changes(self) -> dict[str, int | None]:
        """Change of each total in per cent; None if the previous total is not above zero."""
        current, previous = self.current, self.previous
        return {
            "revenue": _change(current.revenue.amount, previous.revenue.amount),
            "placed": _change(current.placed, previous.placed),
            "average": _change(current.average.amount, previous.average.amount),
            "refunded": _change(current.refunded.amount, previous.refunded.amount),
            "disputed": _change(current.disputed.amount, previous.disputed.amount),
            "net_revenue": _change(current.net_revenue.amount, previous.net_revenue.amount),
            "conversion": _change(current.conversion or 0, previous.conversion or 0),
        }


def compare(days: Sequence[SalesDay], length: int) -> Comparison:
    """Compare the last `length` days with the `length` days before them."""
    return Comparison(
        days=days[-length:], current=Totals.of(days[-length:]), previous=Totals.of(days[:length])
    )


def _change(current: float, previous: float) -> int | None:
    return round(100 * (current - previous) / previous) if previous > 0 else None
