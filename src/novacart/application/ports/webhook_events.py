"""The provider's events, stored before anything else is done with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from novacart.application.ports.errors import PortError
from novacart.application.ports.payment_gateway import ProviderReport


class EventState(StrEnum):
    """`QUARANTINED` contradicts the record, `PARKED` could not be handled: staff see both."""

    PENDING = "pending"
    HANDLED = "handled"
    QUARANTINED = "quarantined"
    PARKED = "parked"


@dataclass(slots=True, kw_only=True)
class StoredEvent:
    """`reference` is the provider's id of the payment that it speaks of, if of any.

    `attempts` counts the attempts to handle it that were begun.
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

    def begin_attempt(self, *, due_again: datetime) -> None:
        """Count it now, and be due again then, lest the process ends before the attempt does."""
        self.attempts += 1
        self.next_attempt_at = due_again

    def reopen(self) -> None:
        """Be handled anew, with all attempts forgotten."""
        self.state = EventState.PENDING
        self.attempts = 0
        self.settled_at = None

    def settle(self, state: EventState, *, at: datetime, note: str | None = None) -> None:
        self.state = state
        self.note = note
        self.settled_at = at


class WebhookEvents(Protocol):
    def store(self, event: StoredEvent) -> bool:
        """False where an event of this id is there already; nothing is changed then."""
        ...

    def get(self, event_id: str) -> StoredEvent:
        """Locked until the unit of work ends. Raises `KeyError`."""
        ...

    def save(self, event: StoredEvent) -> None: ...

    def due(self, at: datetime, *, limit: int) -> Sequence[str]:
        """Ids of pending events whose time has come, the longest waiting first."""
        ...


class ForgedEvent(PortError):
    """The signature is not the provider's, or too old or too new; nothing may be believed."""


class UnreadableEvent(PortError):
    """Signed, but not an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """`report` is None for a type that says nothing of a payment.

    `conclusive` is False where the event is only a hint that something changed, so that
    the provider must be asked what.
    """

    id: str
    type: str
    created_at: datetime
    report: ProviderReport | None = None
    conclusive: bool = True


class EventReader(Protocol):
    def verify(self, payload: bytes, signature: str | None, *, at: datetime) -> None:
        """Raises `ForgedEvent`."""
        ...

    def read(self, payload: bytes) -> ProviderEvent:
        """Raises `UnreadableEvent`."""
        ...
