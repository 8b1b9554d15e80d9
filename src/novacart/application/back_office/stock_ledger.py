"""Read model that explains the stock of a variant at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.domain.catalog.stock import MovementKind
from novacart.domain.shared.ids import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementTotal:
    """The sums of all movements of one kind."""

    kind: MovementKind
    movements: int
    on_hand: int
    reserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The units that an order has reserved. The number is None if the order does not exist."""

    order_id: OrderId | None
    order_number: str | None
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A movement, and the stock after it."""

    kind: MovementKind
    on_hand_delta: int
    reserved_delta: int
    on_hand: int
    reserved: int
    order_id: OrderId | None
    order_number: str | None
    actor: str
    note: str
    occurred_at: datetime

    @property
    def available(self) -> int:
        """Units that could be ordered."""
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLedger:
    """The movements of a variant up to a time.

    `totals` are of all of them, `entries` are a page, the newest first. `reservations` are the
    oldest orders that have reserved units, at most a hundred.
    """

    totals: Sequence[MovementTotal]
    reservations: Sequence[Reservation]
    entries: Sequence[LedgerEntry]
    has_more: bool

    @property
    def on_hand(self) -> int:
        return sum(each.on_hand for each in self.totals)

    @property
    def reserved(self) -> int:
        return sum(each.reserved for each in self.totals)

    @property
    def available(self) -> int:
        """Units that could be ordered."""
        return self.on_hand - self.reserved

    @property
    def other_reserved(self) -> int:
        """Reserved units of orders that `reservations` leaves out."""
        return self.reserved - sum(each.units for each in self.reservations)
