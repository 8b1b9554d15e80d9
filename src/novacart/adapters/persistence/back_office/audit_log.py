"""Audit log on SQLAlchemy."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from novacart.adapters.persistence.back_office.list_page import ListDescription, equals
from novacart.adapters.persistence.back_office.tables import audit_entries, audit_head
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import MultiRowInsert
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
from novacart.application.audit.hash_chain import EMPTY, next_entry
from novacart.application.ports.audit_log import AuditEntry, ChainEnd
from novacart.application.ports.outbox import OutboxMessage
from novacart.domain.shared.events import security_event_names

_HEAD: Final = 1
_INSERT: Final = MultiRowInsert(audit_entries, audit_entries.c.keys())


class SqlAuditLog:
    """Writers lock the single row of `audit_head`, so that they append one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        existing = select(audit_entries.c.message_id).where(
            audit_entries.c.message_id.in_([message.id for message in messages])
        )
        with self._database.writing() as connection:
            end = self._lock_end(connection)
            added = set(connection.scalars(existing))
            entries = []
            for message in messages:
                if message.id not in added:
                    entries.append(next_entry(end, message))
                    end = ChainEnd(length=entries[-1].position, hash=entries[-1].hash)
            if not entries:
                return
            _INSERT.execute(connection, [_to_row(entry) for entry in entries])
            connection.execute(
                update(audit_head)
                .where(audit_head.c.id == _HEAD)
                .values(length=end.length, hash=end.hash)
            )
            connection.commit()

    def end(self) -> ChainEnd:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            row = connection.execute(select(audit_head)).first()
        return EMPTY if row is None else ChainEnd(length=row.length, hash=row.hash)

    def entries(self, *, after: int, limit: int) -> Sequence[AuditEntry]:
        statement = (
            select(audit_entries)
            .where(audit_entries.c.id > after)
            .order_by(audit_entries.c.id)
            .limit(limit)
        )
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return [_to_entry(row) for row in connection.execute(statement)]

    def _lock_end(self, connection: Connection) -> ChainEnd:
        statement = select(audit_head).with_for_update()
        row = connection.execute(statement).first()
        if row is None:
            insert_ = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
            first = insert_(audit_head).values(id=_HEAD, length=EMPTY.length, hash=EMPTY.hash)
            connection.execute(first.on_conflict_do_nothing())
            row = connection.execute(statement).one()
        return ChainEnd(length=row.length, hash=row.hash)


def entry_at(connection: Connection, position: int) -> AuditEntry | None:
    """Return None if it does not exist."""
    row = connection.execute(select(audit_entries).where(audit_entries.c.id == position)).first()
    return None if row is None else _to_entry(row)


def _to_entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(position=row.id, **{name: getattr(row, name) for name in _COLUMNS})


def _to_row(entry: AuditEntry) -> dict[str, object]:
    return {"id": entry.position, **{name: getattr(entry, name) for name in _COLUMNS}}


_COLUMNS: Final = tuple(column.name for column in audit_entries.c if column.name != "id")

AUDIT_LOG: Final = ListDescription(
    statement=select(*audit_entries.c),
    key=audit_entries.c.id,
    sorts={"position": audit_entries.c.id},
    filters={
        "action": equals(audit_entries.c.action),
        "actor": equals(audit_entries.c.actor),
        "subject": equals(audit_entries.c.subject),
        "request_id": equals(audit_entries.c.request_id),
        "security": lambda _: audit_entries.c.action.in_(sorted(security_event_names())),
    },
    search=lambda text: or_(
        audit_entries.c.subject == text,
        audit_entries.c.actor == text,
        audit_entries.c.action == text,
        audit_entries.c.request_id == text,
    ),
    to_row=_to_entry,
)
