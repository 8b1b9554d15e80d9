"""How business goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDay:
    """A day in UTC.

    `placed` orders were placed on it, `confirmed` of these were paid for or are to be paid on
    delivery; `paid` orders were paid on it, which made `revenue`; `refunded` went back on it.
    """

    day: date
    placed: int
    confirmed: int
    paid: int
    revenue: Money
    refunded: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSeller:
    product_id: ProductId
    title: str
    units: int
    revenue: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LowStock:
    product_id: ProductId
    title: str
    available: int
    on_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """What waits for a person."""

    messages: int
    webhook_events: int


class DashboardQueries(Protocol):
    def days(self, first: date, last: date) -> Sequence[SalesDay]:
        """Every day of the span, both ends included, oldest first."""
        ...

    def orders_by_status(self, first: date, last: date) -> Mapping[str, int]:
        """Of the orders placed in the span."""
        ...

    def best_sellers(self, first: date, last: date, *, limit: int) -> Sequence[BestSeller]:
        """By units paid for in the span."""
        ...

    def low_stock(self, *, at_most: int, limit: int) -> Sequence[LowStock]:
        """Products on sale of which few are available, the fewest first."""
        ...

    def parked(self) -> Parked: ...
