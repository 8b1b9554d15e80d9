"""Stock: what is on the shelf, what of it is promised, and every movement of either."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.errors import StockIsReserved
from novacart.domain.catalog.events import StockAdjusted
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, ProductId

MAX_ON_HAND = 1_000_000_000
MAX_NOTE = 200


class MovementKind(StrEnum):
    """Why stock moved."""

    ADJUST = "adjust"  # staff counted, received or wrote off
    RESERVE = "reserve"  # an order was placed
    RELEASE = "release"  # it was cancelled, refunded before shipping, or ran out
    SELL = "sell"  # it was shipped
    TAKE_BACK = "take_back"  # what was sold came back


# Which of (on hand, reserved) a movement of one unit changes, and which way.
EFFECTS: dict[MovementKind, tuple[int, int]] = {
    MovementKind.RESERVE: (0, 1),
    MovementKind.RELEASE: (0, -1),
    MovementKind.SELL: (-1, -1),
    MovementKind.TAKE_BACK: (1, 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """`on_hand` units are in the house, `reserved` of them belong to orders."""

    product_id: ProductId
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """What can be ordered now."""
        return self.on_hand - self.reserved

    def adjusted(self, delta: int) -> "StockLevel":
        """The level after a count that found `delta` more (or fewer).

        Raises `StockIsReserved` where that would leave less than orders have reserved, and
        `InvalidValue` past what a house can hold.
        """
        on_hand = self.on_hand + delta
        if on_hand < self.reserved:
            raise StockIsReserved(on_hand=self.on_hand, reserved=self.reserved)
        if on_hand > MAX_ON_HAND:
            raise InvalidValue("stock", f"Stock is at most {MAX_ON_HAND}.")
        return StockLevel(product_id=self.product_id, on_hand=on_hand, reserved=self.reserved)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockClaim:
    """A quantity that one line of an order asks of the stock.

    `reference`, such as `line:17:reserve`, is unique in the ledger: a claim is met once.
    """

    product_id: ProductId
    quantity: int
    reference: str
    order_id: OrderId | None = None

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise InvalidValue("quantity", "A quantity is one or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """One line of the ledger; the sums of its deltas are the level."""

    product_id: ProductId
    kind: MovementKind
    on_hand_delta: int
    reserved_delta: int
    reference: str | None
    order_id: OrderId | None
    note: str
    occurred_at: datetime

    @classmethod
    def adjustment(
        cls, product_id: ProductId, delta: int, *, reason: str, at: datetime
    ) -> "StockMovement":
        """Raises `InvalidValue` without a reason: a ledger says why."""
        return cls(
            product_id=product_id,
            kind=MovementKind.ADJUST,
            on_hand_delta=delta,
            reserved_delta=0,
            reference=None,
            order_id=None,
            note=text_rules.required("reason", reason, at_most=MAX_NOTE),
            occurred_at=at,
        )

    def told(self, *, on_hand: int) -> StockAdjusted:
        """The event that tells of an adjustment, after which `on_hand` units are there."""
        return StockAdjusted(
            occurred_at=self.occurred_at,
            product_id=self.product_id,
            delta=self.on_hand_delta,
            on_hand=on_hand,
            reason=self.note,
        )

    @classmethod
    def of_claim(cls, kind: MovementKind, claim: StockClaim, *, at: datetime) -> "StockMovement":
        on_hand, reserved = EFFECTS[kind]
        return cls(
            product_id=claim.product_id,
            kind=kind,
            on_hand_delta=on_hand * claim.quantity,
            reserved_delta=reserved * claim.quantity,
            reference=claim.reference,
            order_id=claim.order_id,
            note="",
            occurred_at=at,
        )
