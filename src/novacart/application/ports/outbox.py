"""The transactional outbox: committed events that wait for their handlers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Literal, Protocol

from novacart.domain.shared.events import DomainEvent

State = Literal["pending", "handled", "parked"]

_SUBJECTS: Final = {
    "order_id": "order",
    "product_id": "product",
    "variant_id": "variant",
    "attribute_id": "attribute",
    "category_id": "category",
    "collection_id": "collection",
    "user_id": "user",
    "reset_id": "password_reset",
    "webhook_event_id": "webhook_event",
    "message_id": "outbox_message",
}


def subject_of(payload: Mapping[str, object]) -> str | None:
    """Return the aggregate of an event, such as `order:5`; None if it has none."""
    for field, kind in _SUBJECTS.items():
        if payload.get(field) is not None:
            return f"{kind}:{payload[field]}"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A stored event and the state of its delivery.

    `payload` is the event's `payload()`. `attempts` counts the claims, including the current
    one. `handled_by` names the handlers that succeeded.
    """

    id: int
    name: str
    version: int
    payload: Mapping[str, Any]
    actor: str
    request_id: str | None
    occurred_at: datetime
    attempts: int
    handled_by: frozenset[str] = frozenset()
    state: State = "pending"
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessageRetried(DomainEvent):
    """A parked message was made pending again by staff or from the command line."""

    name: ClassVar[str] = "outbox_message.retried"

    message_id: int
    message_name: str


class Outbox(Protocol):
    """Safe for any number of workers.

    A worker reports on a message with the claim it received. If the claim expired and another
    worker claimed the message since, the report has no effect.
    """

    def claim(self, *, at: datetime, until: datetime, limit: int = 1) -> Sequence[OutboxMessage]:
        """Claim up to `limit` pending messages that are due `at`, oldest first.

        No other worker can claim them before `until`; then they are due again. A message that was
        attempted before is claimed alone: if it ended its worker, that must not count as an attempt
        of other messages.

        A message is not claimed while another worker has an earlier one with the same subject, so
        that workers deliver the events of an aggregate in order. A message whose attempt failed
        does not hold up later ones.
        """
        ...

    def unclaimed(self, *, at: datetime, limit: int) -> Sequence[OutboxMessage]:
        """Return the messages that `claim` would claim next, oldest first, without a claim.

        Another worker may claim them at any time. None if claims hardly delay other writers.
        """
        ...

    def extend(self, message: OutboxMessage, *, until: datetime) -> None:
        """Extend the claim."""
        ...

    def release(self, messages: Sequence[OutboxMessage]) -> None:
        """End the claims before an attempt.

        The messages have one attempt less, and are due since they occurred: they come before
        messages that were stored later.
        """
        ...

    def complete(self, messages: Sequence[OutboxMessage], *, at: datetime) -> None:
        """Mark the messages as handled by all handlers."""
        ...

    def postpone(
        self, message: OutboxMessage, *, until: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        """Retry the message after `until`, without the handlers in `handled_by`."""
        ...

    def park(
        self, message: OutboxMessage, *, at: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        """Stop retrying the message until staff make it pending again."""
        ...

    def parked(self, *, limit: int = 100) -> Sequence[OutboxMessage]:
        """Return parked messages, oldest first."""
        ...

    def retry(self, *, at: datetime, ids: Sequence[int] | None = None) -> int:
        """Make parked messages due `at` with no attempts, all if `ids` is None; return how many.

        Stores an `OutboxMessageRetried` of the current actor for each, in the same transaction.
        """
        ...

    def count_pending(self) -> int: ...

    def prune(self, *, before: datetime) -> int:
        """Delete messages handled before this time; return how many.

        On PostgreSQL those of a month are deleted when its last one is old enough.
        """
        ...
