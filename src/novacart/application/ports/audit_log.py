"""Who changed what, when: rows that are only ever added, each bound to the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.ports.outbox import OutboxMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One committed change.

    `position` counts from 1 with no gap. `subject` names the thing that changed, such as
    `order:17`. `payload` is JSON text, kept to the byte since `hash` covers it.
    """

    position: int
    message_id: int
    action: str
    version: int
    subject: str
    actor: str
    request_id: str | None
    occurred_at: datetime
    payload: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEnd:
    """How long the trail is, and the hash of its last entry."""

    length: int
    hash: str


class AuditLog(Protocol):
    """Any number of workers may add to it at once: they take turns, and the shop waits for none."""

    def add(self, message: OutboxMessage) -> None:
        """Append the message, unless it is there already. Raises `StorageUnavailable`."""
        ...

    def end(self) -> ChainEnd: ...

    def entries(self, *, after: int, limit: int) -> Sequence[AuditEntry]:
        """By position, from the one after `after` on."""
        ...
