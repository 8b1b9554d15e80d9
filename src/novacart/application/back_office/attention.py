"""Read models of everything that needs a person's attention."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from novacart.application.authorization.actor import Actor
from novacart.application.back_office.list_query import ListQuery, Page
from novacart.domain.shared.money import Money


class AttentionKind(StrEnum):
    """`LATE_REFUND`: of a payment that succeeded after its order was cancelled.

    `RETURNED_REFUND`: the bank returned it after it had succeeded. `FAILED_REFUND`: any other.
    """

    LATE_REFUND = "late_refund"
    RETURNED_REFUND = "returned_refund"
    FAILED_REFUND = "failed_refund"
    DISPUTE = "dispute"
    BLOCKED_ORDER = "blocked_order"
    WEBHOOK_EVENT = "webhook_event"
    MESSAGE = "message"
    FAILED_CHECK = "failed_check"


# The permission that a role needs to see the items of each kind.
READ_PERMISSIONS: Final[Mapping[AttentionKind, str]] = {
    AttentionKind.LATE_REFUND: "payments.read",
    AttentionKind.RETURNED_REFUND: "payments.read",
    AttentionKind.FAILED_REFUND: "payments.read",
    AttentionKind.DISPUTE: "payments.read",
    AttentionKind.BLOCKED_ORDER: "orders.read",
    AttentionKind.WEBHOOK_EVENT: "webhooks.read",
    AttentionKind.MESSAGE: "outbox.read",
    AttentionKind.FAILED_CHECK: "health.read",
}


def readable_kinds(actor: Actor) -> list[AttentionKind]:
    """The kinds that the actor may see."""
    return [kind for kind in AttentionKind if actor.may(READ_PERMISSIONS[kind])]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionItem:
    """`key` is unique. `record_id` is the id of the record to open: the payment of a dispute.

    `due` is when a person must have acted at the latest, None without a deadline.
    """

    key: str
    kind: AttentionKind
    record_id: str
    subject: str
    problem: str
    amount: Money | None
    since: datetime
    due: datetime | None


class AttentionQueries(Protocol):
    """Both methods read the same statement, so that a count equals its list."""

    def items(self, query: ListQuery, kinds: Collection[AttentionKind]) -> Page[AttentionItem]:
        """Items of these kinds, newest first. Filter: `kind`. Sort: `since`."""
        ...

    def counts(self, kinds: Collection[AttentionKind]) -> Mapping[AttentionKind, int]:
        """The number of items of each kind that has any."""
        ...
