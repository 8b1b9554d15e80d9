"""Stock levels, and the ledger of their movements."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.errors import StockIsReserved
from novacart.domain.catalog.events import StockAdjusted
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, ProductId, VariantId

MAX_ON_HAND = 1_000_000_000
MAX_NOTE = 200


class MovementKind(StrEnum):
    """Why stock moved."""

    ADJUST = "adjust"  # staff counted, received or wrote off units
    RESERVE = "reserve"  # an order was placed
    RELEASE = "release"  # an order was cancelled, expired, or refunded before it shipped
    SELL = "sell"  # an order was shipped
    TAKE_BACK = "take_back"  # sold units were returned


# The change of (on hand, reserved) for each unit of a movement.
EFFECTS: dict[MovementKind, tuple[int, int]] = {
    MovementKind.RESERVE: (0, 1),
    MovementKind.RELEASE: (0, -1),
    MovementKind.SELL: (-1, -1),
    MovementKind.TAKE_BACK: (1, 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """The stock of a variant.

    `on_hand` units are in the warehouse, of which orders have reserved `reserved`. `version`
    counts the adjustments by staff, but not the movements by orders.
    """

    variant_id: VariantId
    on_hand: int
    reserved: int
    version: int = 0

    @property
    def available(self) -> int:
        """Units that can be ordered now."""
        return self.on_hand - self.reserved

    def delta_to(self, available: int, *, read: int | None = None) -> int:
        """The units to add, or to remove if negative, so that `available` can be ordered.

        `read` is the number of available units that the editor read. With it, the result is the
        difference to that number, so that units ordered since then stay ordered.
        """
        return available - (self.available if read is None else read)

    def adjusted(self, delta: int) -> "StockLevel":
        """The level with `delta` units more on hand, or fewer if negative.

        Raises `StockIsReserved` below what orders have reserved, and `InvalidValue` above
        `MAX_ON_HAND`.
        """
        on_hand = self.on_hand + delta
        if on_hand < self.reserved:
            raise StockIsReserved(on_hand=self.on_hand, reserved=self.reserved)
        if on_hand > MAX_ON_HAND:
            raise InvalidValue("stock", f"Stock is at most {MAX_ON_HAND}.")
        return replace(self, on_hand=on_hand, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockClaim:
    """A quantity of stock to move for one line of an order.

    `product_id` is the product of the variant. `reference`, such as `line:17:reserve`, is unique
    in the ledger, so that a claim moves stock at most once. `note` is stored in the ledger.
    Raises `InvalidValue` for a quantity below one, and for a note that can't be stored or has more
    than `MAX_NOTE` characters.
    """

    variant_id: VariantId
    product_id: ProductId
    quantity: int
    reference: str
    order_id: OrderId | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise InvalidValue("quantity", "The quantity must be at least 1.")
        text_rules.optional("reason", self.note, max_length=MAX_NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStock:
    """The sums of an order's movements of one variant: units still reserved, and units sold."""

    reserved: int
    sold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMovement:
    """An entry of the stock ledger. A variant's level is the sum of its movements."""

    variant_id: VariantId
    kind: MovementKind
    on_hand_delta: int
    reserved_delta: int
    reference: str | None
    order_id: OrderId | None
    note: str
    occurred_at: datetime

    @classmethod
    def adjustment(
        cls, variant_id: VariantId, delta: int, *, reason: str, at: datetime
    ) -> "StockMovement":
        """A change made by staff. Raises `InvalidValue` for a blank reason."""
        return cls(
            variant_id=variant_id,
            kind=MovementKind.ADJUST,
            on_hand_delta=delta,
            reserved_delta=0,
            reference=None,
            order_id=None,
            note=text_rules.required("reason", reason, max_length=MAX_NOTE),
            occurred_at=at,
        )

    @classmethod
    def from_claim(cls, kind: MovementKind, claim: StockClaim, *, at: datetime) -> "StockMovement":
        """A change made by an order."""
        on_hand, reserved = EFFECTS[kind]
        return cls(
            variant_id=claim.variant_id,
            kind=kind,
            on_hand_delta=on_hand * claim.quantity,
            reserved_delta=reserved * claim.quantity,
            reference=claim.reference,
            order_id=claim.order_id,
            note=claim.note,
            occurred_at=at,
        )

    def adjusted_event(self, *, on_hand: int) -> StockAdjusted:
        """The event of an adjustment that left `on_hand` units."""
        return StockAdjusted(
            occurred_at=self.occurred_at,
            variant_id=self.variant_id,
            delta=self.on_hand_delta,
            on_hand=on_hand,
            reason=self.note,
        )
