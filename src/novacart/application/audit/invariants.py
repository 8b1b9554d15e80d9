"""The invariants that the audit checks."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    number: int
    name: str
    description: str


ORDER_TOTALS: Final = Invariant(
    number=1,
    name="order totals",
    description="The lines of an order sum to its total.",
)
CAPTURED_AMOUNTS: Final = Invariant(
    number=2,
    name="captured amounts",
    description="The total of a paid order is captured, in the database and at the provider.",
)
ONE_CAPTURE: Final = Invariant(
    number=3,
    name="one capture",
    description="A captured payment belongs to an order, and an order keeps at most one.",
)
REFUNDS_WITHIN_CAPTURE: Final = Invariant(
    number=4,
    name="refund limits",
    description="Refunds do not exceed the captured amount of a payment or of a line.",
)
PROVIDER_BALANCE: Final = Invariant(
    number=5,
    name="provider balance",
    description="Captures less refunds equal the balance at the provider.",
)
STOCK_LEDGER: Final = Invariant(
    number=6,
    name="stock ledger",
    description="Stock on hand and reserved equal the sums of the stock movements.",
)
RESERVATIONS: Final = Invariant(
    number=7,
    name="reservations",
    description="A reservation is released or sold once, at the latest when its order ends.",
)
LIFECYCLES: Final = Invariant(
    number=8,
    name="lifecycles",
    description="Status changes follow the lifecycle, and no unpaid order is shipped.",
)
WEBHOOK_EVENTS: Final = Invariant(
    number=9,
    name="webhook events",
    description="No webhook event is overdue.",
)
IDEMPOTENCY_KEYS: Final = Invariant(
    number=10,
    name="idempotency keys",
    description="No idempotency key stays locked, and expired keys are deleted.",
)
OUTBOX_MESSAGES: Final = Invariant(
    number=11,
    name="outbox messages",
    description="No message is overdue or duplicated, and each belongs to an existing order.",
)
SESSIONS: Final = Invariant(
    number=12,
    name="sessions",
    description="Sessions end when the account is disabled or the password changes.",
)
CONSTRAINTS: Final = Invariant(
    number=13,
    name="constraints",
    description="The database has every declared constraint.",
)
AUDIT_LOG: Final = Invariant(
    number=14,
    name="audit log",
    description="No entry of the audit log was changed, removed or inserted.",
)
CATALOG_COUNTS: Final = Invariant(
    number=15,
    name="catalog counts",
    description="The counts of brands equal the numbers of products in the catalog and on sale.",
)
PRICE_HISTORY: Final = Invariant(
    number=16,
    name="price history",
    description="The last entry of the price history has the prices of the variant.",
)
PICTURES: Final = Invariant(
    number=17,
    name="pictures",
    description="Products show their first picture, and variants show pictures of their product.",
)
CATEGORY_TREE: Final = Invariant(
    number=18,
    name="category tree",
    description="The path and the visibility of each category follow from its parent.",
)
ORDER_LINKS: Final = Invariant(
    number=19,
    name="order links",
    description="Orders of guests, and only these, can be opened by a link.",
)

ATTRIBUTES: Final = Invariant(
    number=20,
    name="attributes",
    description="Products have values of attributes of their category only, and these are counted.",
)
TAGS: Final = Invariant(
    number=21,
    name="tags",
    description="The products of a tag are sorted by their price and time.",
)

INVARIANTS: Final = (
    ORDER_TOTALS,
    CAPTURED_AMOUNTS,
    ONE_CAPTURE,
    REFUNDS_WITHIN_CAPTURE,
    PROVIDER_BALANCE,
    STOCK_LEDGER,
    RESERVATIONS,
    LIFECYCLES,
    WEBHOOK_EVENTS,
    IDEMPOTENCY_KEYS,
    OUTBOX_MESSAGES,
    SESSIONS,
    CONSTRAINTS,
    AUDIT_LOG,
    CATALOG_COUNTS,
    PRICE_HISTORY,
    PICTURES,
    CATEGORY_TREE,
    ORDER_LINKS,
    ATTRIBUTES,
    TAGS,
)
