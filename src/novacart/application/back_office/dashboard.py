"""Read models of the dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from novacart.application.back_office.payments import DisputeRow
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.shared.ids import ProductId, VariantId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDay:
    """Sales figures of one day in the shop's time zone.

    `placed` counts the orders placed that day, `confirmed` those of them that were paid or are
    paid on delivery. `paid` counts the orders paid that day, even if they were placed earlier;
    `revenue` is their value. `refunded` is the money refunded that day, `disputed` what banks
    withdrew for disputes that day, less what they returned.
    """

    day: date
    placed: int
    confirmed: int
    paid: int
    revenue: Money
    refunded: Money
    disputed: Money

    @property
    def net_revenue(self) -> Money:
        return self.revenue - self.refunded - self.disputed


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSeller:
    product_id: ProductId
    title: str
    units: int
    revenue: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LowStock:
    """A variant; `options` are its values on one line."""

    product_id: ProductId
    variant_id: VariantId
    title: str
    options: str
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

    def open_disputes(self, *, limit: int) -> Sequence[DisputeRow]:
        """Disputes that are not decided, the earliest deadline first."""
        ...

    def low_stock(self, *, at_most: int, limit: int) -> Sequence[LowStock]:
        """Active variants with at most `at_most` units available, fewest first."""
        ...
