"""Fake audit log."""

from collections.abc import Sequence

from novacart.application.audit.hash_chain import EMPTY, next_entry
from novacart.application.ports.audit_log import AuditEntry, ChainEnd
from novacart.application.ports.outbox import OutboxMessage


class FakeAuditLog:
    """Tests tamper with `rows` and `recorded_end`."""

    def __init__(self) -> None:
        self.rows: list[AuditEntry] = []
        self.recorded_end = EMPTY

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        for message in messages:
            if all(row.message_id != message.id for row in self.rows):
                entry = next_entry(self.recorded_end, message)
                self.rows.append(entry)
                self.recorded_end = ChainEnd(length=entry.position, hash=entry.hash)

    def end(self) -> ChainEnd:
        return self.recorded_end

    def entries(self, *, after: int, limit: int) -> Sequence[AuditEntry]:
        return [row for row in self.rows if row.position > after][:limit]
