"""Where stock is kept, and the ledger of its movements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from novacart.domain.catalog.stock import StockClaim, StockLevel
from novacart.domain.shared.ids import ProductId


class Stock(Protocol):
    """Every change locks the levels that it touches by rising product id, and writes the ledger.

    Opening and adjusting stock also record `StockAdjusted` wherever the count changes.
    The four moves of claims raise `StockAlreadyMoved` where a claim's reference is in the
    ledger; the unit of work can then only be left.
    """

    def reserve(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """Promise what is available to an order, all claims or none.

        Raises `OutOfStock` naming every product that can't be had; nothing has changed then.
        """
        ...

    def release(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """Give reservations back."""
        ...

    def sell(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """What was reserved leaves the house."""
        ...

    def take_back(self, claims: Sequence[StockClaim], *, at: datetime) -> None:
        """What was sold came back and can be sold again."""
        ...

    def open(self, initial: Mapping[ProductId, int], *, reason: str, at: datetime) -> None:
        """Begin to keep stock of new products, with so many on hand."""
        ...

    def adjust(self, product_id: ProductId, delta: int, *, reason: str, at: datetime) -> StockLevel:
        """Count `delta` more, or fewer, on hand.

        Raises `ProductNotFound`, and `StockIsReserved` below what orders have reserved.
        """
        ...

    def set_available(
        self, product_id: ProductId, available: int, *, reason: str, at: datetime
    ) -> StockLevel:
        """Adjust so that exactly `available` can be ordered. Raises `ProductNotFound`."""
        ...

    def lock(self, product_ids: Iterable[ProductId]) -> None:
        """Take the locks of several moves to come at once, by rising product id."""
        ...

    def levels(self, product_ids: Iterable[ProductId]) -> dict[ProductId, StockLevel]:
        """The present levels, without a lock."""
        ...
