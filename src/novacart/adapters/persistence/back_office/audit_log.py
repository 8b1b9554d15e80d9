"""Audit log on SQLAlchemy."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from novacart.adapters.persistence.back_office.list_page import ListDescription, equals
from novacart.adapters.persistence.back_office.tables import audit_entries, audit_head
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.outbox import complete_unclaimed
from novacart.adapters.persistence.postponed_writes import postponed_writes
from novacart.adapters.persistence.statements import DriverStatement, KeyLookup, MultiRowInsert
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.application.audit.hash_chain import EMPTY, next_entry
from novacart.application.ports.audit_log import AuditEntry, ChainEnd
from novacart.application.ports.outbox import OutboxMessage
from novacart.application.processor_time import yielding_processor
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import security_event_names

_HEAD: Final = 1
_INSERT: Final = MultiRowInsert(audit_entries, audit_entries.c.keys())
_END: Final = DriverStatement(select(audit_head.c.length, audit_head.c.hash))
_ENTRIES_OF: Final = KeyLookup(select(audit_entries.c.message_id), audit_entries.c.message_id)
_MOVE_END: Final = DriverStatement(
    update(audit_head)
    .where(audit_head.c.id == _HEAD, audit_head.c.length == bindparam("before"))
    .values(length=bindparam("end"), hash=bindparam("new_hash"))
)


class SqlAuditLog:
    """Entries are calculated before the transaction that adds them, which locks other writers out.

    It adds none if the chain has become longer meanwhile; they are calculated again then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        head = conflict_insert(database.dialect, audit_head).values(
            id=_HEAD, length=bindparam("length"), hash=bindparam("hash")
        )
        self._add_head = DriverStatement(head.on_conflict_do_nothing())

    def add(self, messages: Sequence[OutboxMessage]) -> None:
        while not self._try_to_add(messages):
            pass

    def _try_to_add(self, messages: Sequence[OutboxMessage]) -> bool:
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            # Before the messages: it changes if another worker adds one of them.
            end = before = _end(connection)
            added = _added(connection, messages)
        entries = []
        for message in yielding_processor(messages):
            if message.id not in added:
                entries.append(next_entry(end, message))
                end = ChainEnd(length=entries[-1].position, hash=entries[-1].hash)
        if not entries:
            return True
        rows = [_to_row(entry) for entry in entries]
        with suppress(ConcurrentChange), self._database.writing() as connection:
            self._move_end(connection, before, end)
            _INSERT.execute(connection, rows)
            connection.commit()
            return True
        return False

    def complete(self, messages: Sequence[OutboxMessage], at: datetime) -> bool:
        with (
            suppress(ConcurrentChange),
            self._database.writing(is_optimistic=True) as connection,
        ):
            end = before = _end(connection)
            if _added(connection, messages):
                return False
            rows = []
            for message in yielding_processor(messages):
                entry = next_entry(end, message)
                end = ChainEnd(length=entry.position, hash=entry.hash)
                rows.append(_to_row(entry))
            self._move_end(connection, before, end)
            _INSERT.execute(connection, rows)
            complete_unclaimed(connection, messages, at=at)
            if (postponed := postponed_writes(connection)) is not None:
                postponed.is_independent = True
                postponed.execute()
            connection.commit()
            return True
        return False

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
            rows = connection.execute(statement).all()
        return [_to_entry(row) for row in yielding_processor(rows)]

    def _move_end(self, connection: Connection, end: ChainEnd, new_end: ChainEnd) -> None:
        """Lock the end of the chain and move it. Raises `ConcurrentChange` if it is not `end`."""
        if end == EMPTY:
            self._add_head.execute_many(connection, [{"length": end.length, "hash": end.hash}])
        parameters = {"before": end.length, "end": new_end.length, "new_hash": new_end.hash}
        _MOVE_END.execute_many(connection, [parameters], must_match=True)


def _end(connection: Connection) -> ChainEnd:
    for length, hash_ in _END.fetch(connection):
        return ChainEnd(length=length, hash=hash_)
    return EMPTY


def _added(connection: Connection, messages: Sequence[OutboxMessage]) -> set[int]:
    """The ids of those messages that have entries."""
    rows = _ENTRIES_OF.fetch(connection, [message.id for message in messages])
    return {message_id for (message_id,) in rows}


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
