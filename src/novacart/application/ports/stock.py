"""Stock levels and the ledger of their movements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from novacart.domain.catalog.stock import OrderStock, StockClaim, StockLevel
from novacart.domain.shared.ids import OrderId, VariantId


class Stock(Protocol):
    """Every change locks the levels by rising variant id and writes to the ledger.

    `open`, `adjust` and `set_available` record `StockAdjusted` if the count changes.
    `reserve`, `release`, `sell` and `take_back` raise `StockAlreadyMoved`, at the latest when the
    unit of work ends, if the ledger contains the reference of a claim. The unit of work must then
    be rolled back.
    """

    def reserve(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """Reserve available units for an order, all claims or none.

        Raises `OutOfStock` with every variant that falls short.
        """
        ...

    def release(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """Make reserved units available again."""
        ...

    def sell(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """Remove reserved units that were shipped."""
        ...

    def take_back(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """Add returned units."""
        ...

    def open(
        self,
        initial: Mapping[VariantId, int],
        *,
        reason: str,
        at: datetime,
        versions: Mapping[VariantId, int] | None = None,
    ) -> None:
        """Create the levels of new variants, with their units on hand and version (or 0)."""
        ...

    def adjust(self, variant_id: VariantId, delta: int, *, reason: str, at: datetime) -> StockLevel:
        """Add `delta` units, or remove them if negative.

        Raises `VariantNotFound`, and `StockIsReserved` below what orders have reserved.
        """
        ...

    def set_available(
        self,
        variant_id: VariantId,
        available: int,
        *,
        read: int | None = None,
        reason: str,
        at: datetime,
    ) -> StockLevel:
        """Adjust by `StockLevel.delta_to(available, read=read)`. Raises as `adjust`."""
        ...

    def lock(self, variant_ids: Iterable[VariantId]) -> None:
        """Lock the levels of several coming changes at once, by rising variant id."""
        ...

    def of_order(self, order_id: OrderId) -> dict[VariantId, OrderStock]:
        """The sums of the order's movements, without a lock."""
        ...

    def levels(self, variant_ids: Iterable[VariantId]) -> dict[VariantId, StockLevel]:
        """The current levels, without a lock."""
        ...
