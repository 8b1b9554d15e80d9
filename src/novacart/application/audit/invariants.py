"""What must hold whatever crashed and whenever: the numbered list that the audit goes through."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    number: int
    name: str
    promise: str


ORDER_ARITHMETIC: Final = Invariant(
    number=1,
    name="order arithmetic",
    promise="An order's lines sum to its total.",
)
CAPTURED_IS_OWED: Final = Invariant(
    number=2,
    name="captured is owed",
    promise="A paid order's total is what was captured, on record and at the provider.",
)
ONE_CAPTURE: Final = Invariant(
    number=3,
    name="one capture",
    promise="Every succeeded payment belongs to one order, and an order keeps at most one.",
)
REFUNDS_WITHIN_CAPTURE: Final = Invariant(
    number=4,
    name="refunds within capture",
    promise="Refunds are never more than was captured, per payment and per line.",
)
MONEY_CONSERVED: Final = Invariant(
    number=5,
    name="money conserved",
    promise="Captures less refunds are the provider's balance of the same.",
)
STOCK_LEDGER: Final = Invariant(
    number=6,
    name="stock ledger",
    promise="On hand and reserved are what the ledger's movements sum to.",
)
RESERVED_ONCE: Final = Invariant(
    number=7,
    name="reserved once",
    promise="A reservation is released or consumed exactly once, and none outlives its order.",
)
LIFECYCLE: Final = Invariant(
    number=8,
    name="lifecycle",
    promise="Every status change is an edge of its lifecycle, and nothing ships unpaid.",
)
EVENTS_HANDLED: Final = Invariant(
    number=9,
    name="events handled",
    promise="Every webhook event is stored once, and handled or parked where staff see it.",
)
KEYS_RELEASED: Final = Invariant(
    number=10,
    name="idempotency keys",
    promise="A user's key has one record, and none stays locked past its timeout.",
)
MESSAGES_SENT: Final = Invariant(
    number=11,
    name="messages",
    promise="One message per order and occasion, none for no order, and none left lying.",
)
SESSIONS_ENDED: Final = Invariant(
    number=12,
    name="sessions",
    promise="No session outlives its user's account or password.",
)
GUARDS_STAND: Final = Invariant(
    number=13,
    name="guards",
    promise="Every constraint that guards the above stands in the database itself.",
)
TRAIL_UNBROKEN: Final = Invariant(
    number=14,
    name="audit trail",
    promise="The audit trail is as it was written: nothing changed, removed or inserted.",
)

INVARIANTS: Final = (
    ORDER_ARITHMETIC,
    CAPTURED_IS_OWED,
    ONE_CAPTURE,
    REFUNDS_WITHIN_CAPTURE,
    MONEY_CONSERVED,
    STOCK_LEDGER,
    RESERVED_ONCE,
    LIFECYCLE,
    EVENTS_HANDLED,
    KEYS_RELEASED,
    MESSAGES_SENT,
    SESSIONS_ENDED,
    GUARDS_STAND,
    TRAIL_UNBROKEN,
)
