"""Audit log on SQLAlchemy."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, or_, select, update
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
    """Entries are calculated before the transaction that adds them, which locks other writers out.

    It adds none if the chain has become longer meanwhile; they are calculated again then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        while not self._try_to_add(messages):
            pass

    def _try_to_add(self, messages: Sequence[OutboxMessage]) -> bool:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            # Before the messages: it changes if another worker adds one of them.
            end = before = _end(connection)
            added = set(connection.scalars(_added(messages)))
        entries = []
        for message in messages:
            if message.id not in added:
                entries.append(next_entry(end, message))
                end = ChainEnd(length=entries[-1].position, hash=entries[-1].hash)
        if not entries:
            return True
        rows = [_to_row(entry) for entry in entries]
        with self._database.writing(is_background=True) as connection:
            if not self._move_end(connection, before, end):
                return False
            _INSERT.execute(connection, rows)
            connection.commit()
        return True

    def end(self) -> ChainEnd:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return _end(connection)

    def entries(self, *, after: int, limit: int) -> Sequence[AuditEntry]:
        statement = (
            select(audit_entries)
            .where(audit_entries.c.id > after)
            .order_by(audit_entries.c.id)
            .limit(limit)
        )
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return [_to_entry(row) for row in connection.execute(statement)]

    def _move_end(self, connection: Connection, end: ChainEnd, new_end: ChainEnd) -> bool:
        """Lock the end of the chain and move it; return False if it is not `end` now."""
        if end == EMPTY:
            insert_ = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
            first = insert_(audit_head).values(id=_HEAD, length=end.length, hash=end.hash)
            connection.execute(first.on_conflict_do_nothing())
        moved = connection.execute(
            update(audit_head)
            .where(audit_head.c.id == _HEAD, audit_head.c.length == end.length)
            .values(length=new_end.length, hash=new_end.hash)
        )
        return moved.rowcount == 1


def _end(connection: Connection) -> ChainEnd:
    row = connection.execute(select(audit_head)).first()
    return EMPTY if row is None else ChainEnd(length=row.length, hash=row.hash)


def _added(messages: Sequence[OutboxMessage]) -> Select[int]:
    return select(audit_entries.c.message_id).where(
        audit_entries.c.message_id.in_([message.id for message in messages])
    )


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
