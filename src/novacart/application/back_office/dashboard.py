"""Read models of the dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDay:
    """Sales figures of one day in the shop's time zone.

    `placed` counts the orders placed that day, `confirmed` those of them that were paid or are
    paid on delivery. `paid` counts the orders paid that day, whichever day they were placed;
    `revenue` is their value. `refunded` is the money refunded that day.
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


class DashboardQueries(Protocol):
    def days(self, first: date, last: date) -> Sequence[SalesDay]:
        """Each day from `first` to `last`, both included, oldest first."""
        ...

    def orders_by_status(self, first: date, last: date) -> Mapping[OrderStatus, int]:
        """Numbers of the orders placed in the period."""
        ...

    def best_sellers(self, first: date, last: date, *, limit: int) -> Sequence[BestSeller]:
        """Products by units paid in the period, most first."""
        ...

    def low_stock(self, *, at_most: int, limit: int) -> Sequence[LowStock]:
        """Active products with at most `at_most` units available, fewest first."""
        ...
