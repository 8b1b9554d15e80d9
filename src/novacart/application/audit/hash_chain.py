"""Hash chain of the audit log."""

import json
from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from typing import Final

from novacart.application.ports.audit_log import AuditEntry, ChainEnd
from novacart.application.ports.outbox import OutboxMessage, subject_of

EMPTY: Final = ChainEnd(length=0, hash="0" * 64)


def next_entry(end: ChainEnd, message: OutboxMessage) -> AuditEntry:
    """Return the entry for `message` that extends the chain."""
    entry = AuditEntry(
        position=end.length + 1,
        message_id=message.id,
        action=message.name,
        version=message.version,
        subject=subject_of(message.payload) or "shop",
        actor=message.actor,
        request_id=message.request_id,
        occurred_at=message.occurred_at,
        payload=json.dumps(
            dict(message.payload), ensure_ascii=False, separators=(",", ":"), sort_keys=True
        ),
        previous_hash=end.hash,
        hash="",
    )
    return replace(entry, hash=hash_of(entry))


def hash_of(entry: AuditEntry) -> str:
    """Return the SHA-256 of all fields, including the previous hash, as JSON."""
    fields = [
        entry.previous_hash,
        entry.position,
        entry.message_id,
        entry.action,
        entry.version,
        entry.subject,
        entry.actor,
        entry.request_id,
        entry.occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.payload,
    ]
    return sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()
