"""The audit trail in the database."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from novacart.adapters.persistence.back_office.tables import audit_entries, audit_head
from novacart.adapters.persistence.database import Database
from novacart.application.back_office.audit_log_chain import EMPTY, next_entry
from novacart.application.ports.audit_log import AuditEntry, ChainEnd
from novacart.application.ports.outbox import OutboxMessage

_HEAD: Final = 1


class SqlAuditLog:
    """Whoever adds holds the one row that tells the chain's end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message: OutboxMessage) -> None:
        known = select(audit_entries.c.id).where(audit_entries.c.message_id == message.id)
        with self._database.writing() as connection:
            end = self._hold_end(connection)
            if connection.execute(known).first() is not None:
                return
            entry = next_entry(end, message)
            connection.execute(insert(audit_entries).values(**_row(entry)))
            connection.execute(
                update(audit_head)
                .where(audit_head.c.id == _HEAD)
                .values(length=entry.position, hash=entry.hash)
            )
            connection.commit()

    def end(self) -> ChainEnd:
        with self._database.reading() as connection:
            row = connection.execute(select(audit_head)).first()
        return EMPTY if row is None else ChainEnd(length=row.length, hash=row.hash)

    def entries(self, *, after: int, limit: int) -> Sequence[AuditEntry]:
        statement = (
            select(audit_entries)
            .where(audit_entries.c.id > after)
            .order_by(audit_entries.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [audit_entry(row) for row in connection.execute(statement)]

    def _hold_end(self, connection: Connection) -> ChainEnd:
        statement = select(audit_head).with_for_update()
        row = connection.execute(statement).first()
        if row is None:
            insert_ = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
            first = insert_(audit_head).values(id=_HEAD, length=EMPTY.length, hash=EMPTY.hash)
            connection.execute(first.on_conflict_do_nothing())
            row = connection.execute(statement).one()
        return ChainEnd(length=row.length, hash=row.hash)


def audit_entry(row: Row[Any]) -> AuditEntry:
    """A row of the table as the trail's entry."""
    return AuditEntry(
        position=row.id,
        message_id=row.message_id,
        action=row.action,
        version=row.version,
        subject=row.subject,
        actor=row.actor,
        request_id=row.request_id,
        occurred_at=row.occurred_at,
        payload=row.payload,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def _row(entry: AuditEntry) -> dict[str, object]:
    return {
        "id": entry.position,
        "message_id": entry.message_id,
        "action": entry.action,
        "version": entry.version,
        "subject": entry.subject,
        "actor": entry.actor,
        "request_id": entry.request_id,
        "occurred_at": entry.occurred_at,
        "payload": entry.payload,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }
