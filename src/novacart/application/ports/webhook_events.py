"""Webhook events of the payment provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from novacart.application.ports.errors import PortError
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.errors import DomainError


class EventState(StrEnum):
    """`QUARANTINED`: it contradicts the record, or is not for this shop.

    `PARKED`: every attempt failed. Staff see both in the admin.
    """

    PENDING = "pending"
    HANDLED = "handled"
    QUARANTINED = "quarantined"
    PARKED = "parked"


@dataclass(slots=True, kw_only=True)
class StoredEvent:
    """`reference` is the provider's id of the payment, if the event is about one.

    `attempts` counts the attempts that were started.
    """

    id: str
    type: str
    payload: str
    received_at: datetime
    next_attempt_at: datetime
    state: EventState = EventState.PENDING
    attempts: int = 0
    note: str | None = None
    settled_at: datetime | None = None
    reference: str | None = None

    def begin_attempt(self, *, retry_at: datetime) -> None:
        """Count the attempt; it is due again at `retry_at` if the process dies during it."""
        self.attempts += 1
        self.next_attempt_at = retry_at

    def reopen(self) -> None:
        """Make it pending again, with no attempts counted."""
        self.state = EventState.PENDING
        self.attempts = 0
        self.settled_at = None

    def settle(self, state: EventState, *, at: datetime, note: str | None = None) -> None:
        self.state = state
        self.note = note
        self.settled_at = at


class WebhookEventNotFound(DomainError):
    code = "webhook_event_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such webhook event.")


class WebhookEvents(Protocol):
    def store(self, event: StoredEvent) -> bool:
        """Return False, with nothing changed, if an event of this id is stored already."""
        ...

    def get(self, event_id: str) -> StoredEvent:
        """Locked until the unit of work ends. Raises `WebhookEventNotFound`."""
        ...

    def save(self, event: StoredEvent) -> None: ...

    def due(self, at: datetime, *, limit: int) -> Sequence[str]:
        """Ids of pending events that are due, the longest overdue first."""
        ...


class InvalidSignature(PortError):
    """The signature does not match, or its timestamp is too old or in the future."""


class UnreadableEvent(PortError):
    """The payload is signed, but is not an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """`report` is None for a type of event that is not about a payment.

    `conclusive` is False if the event says only that something changed: the provider must be
    asked for the current state. `rejection` says why the event must not be applied: it belongs
    to another account of the provider, or to test payments where the shop is live.
    """

    id: str
    type: str
    created_at: datetime
    report: ProviderReport | None = None
    conclusive: bool = True
    rejection: str | None = None


class EventReader(Protocol):
    def verify(self, payload: bytes, signature: str | None, *, at: datetime) -> None:
        """Raises `InvalidSignature`."""
        ...

    def read(self, payload: bytes) -> ProviderEvent:
        """Raises `UnreadableEvent`."""
        ...
