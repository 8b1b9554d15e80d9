"""Append-only log of committed changes, chained by hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.ports.outbox import OutboxMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One committed change.

    `position` counts from 1 without gaps. `subject` is what changed, such as `order:17`.
    `payload` is JSON text, stored unchanged because `hash` covers it.
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
    """The number of entries and the hash of the last one."""

    length: int
    hash: str


class AuditLog(Protocol):
    """Safe for any number of workers; requests never wait for it."""

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        """Append the messages that were not added before, all or none.

        Raises `StorageUnavailable`.
        """
        ...

    def complete(self, messages: Sequence[OutboxMessage], at: datetime) -> bool:
        """Append messages that have no claim and mark them as handled, all in one transaction.

        Returns False, and changes nothing, if one of them was claimed or appended before, or if
        another worker appends to the log meanwhile. Raises `StorageUnavailable`.
        """
        ...

    def end(self) -> ChainEnd: ...

    def entries(self, *, after: int, limit: int) -> Sequence[AuditEntry]:
        """Return the entries after position `after`, in order."""
        ...
