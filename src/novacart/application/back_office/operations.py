"""Read models of outbox messages, webhook events, scheduled jobs and system checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.ports.webhook_events import EventState


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """`payload` is JSON; `handled_by` names the event handlers that succeeded."""

    id: int
    name: str
    version: int
    actor: str
    request_id: str | None
    occurred_at: datetime
    state: str
    attempts: int
    next_attempt_at: datetime
    handled_by: tuple[str, ...]
    last_error: str | None
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEventRow:
    """`payload` is the provider's JSON."""

    id: str
    type: str
    state: EventState
    attempts: int
    note: str | None
    received_at: datetime
    next_attempt_at: datetime
    settled_at: datetime | None
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """`next_attempt_at` is when the first pending item is due, or since when it has been due.

    `parked` includes quarantined items.
    """

    name: str
    pending: int
    next_attempt_at: datetime | None
    parked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    name: str
    last_started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStatus:
    """Latest result of a system check, and when it last passed."""

    name: str
    ok: bool
    summary: str
    checked_at: datetime
    passed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    database: str
    queues: Sequence[QueueStatus]
    jobs: Sequence[JobStatus]
    checks: Sequence[CheckStatus]


class HealthQueries(Protocol):
    def health(self) -> Health: ...
