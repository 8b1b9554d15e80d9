"""Fake audit log."""

from collections.abc import Sequence
from datetime import datetime

from novacart.application.audit.hash_chain import EMPTY, next_entry
from novacart.application.ports.audit_log import AuditEntry, ChainEnd
from novacart.application.ports.outbox import OutboxMessage
from tests.fakes.outbox import FakeOutbox


class FakeAuditLog:
    """Tests tamper with `rows` and `recorded_end`. `complete` needs the `outbox`."""

    def __init__(self, outbox: FakeOutbox | None = None) -> None:
        self._outbox = outbox
        self.rows: list[AuditEntry] = []
        self.recorded_end = EMPTY

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        for message in messages:
            if all(row.message_id != message.id for row in self.rows):
                entry = next_entry(self.recorded_end, message)
                self.rows.append(entry)
                self.recorded_end = ChainEnd(length=entry.position, hash=entry.hash)

    def complete(self, messages: Sequence[OutboxMessage], at: datetime) -> bool:
        assert self._outbox is not None
        added = {row.message_id for row in self.rows}
        if any(message.id in added for message in messages):
            return False
        if not self._outbox.complete_unclaimed(messages, at=at):
            return False
        self.add(messages)
        return True

    def end(self) -> ChainEnd:
        return self.recorded_end

    def entries(self, *, after: int, limit: int) -> Sequence[AuditEntry]:
        return [row for row in self.rows if row.position > after][:limit]
