"""The outbox and the audit trail for staff."""

from typing import Any

from sqlalchemy import Row, select

from novacart.adapters.persistence.back_office.audit_log import audit_entry
from novacart.adapters.persistence.back_office.keyset import ListDescription, equals, page
from novacart.adapters.persistence.back_office.tables import audit_entries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.back_office.outbox import OutboxRow
from novacart.application.ports.audit_log import AuditEntry


class SqlMessagesBackOffice:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._outbox = ListDescription(
            statement=select(*outbox_messages.c),
            key=outbox_messages.c.id,
            sorts={"id": outbox_messages.c.id},
            filters={"state": equals(outbox_messages.c.state)},
            search=lambda typed: outbox_messages.c.name == typed,
            view=_outbox_row,
        )
        self._audit = ListDescription(
            statement=select(*audit_entries.c),
            key=audit_entries.c.id,
            sorts={"position": audit_entries.c.id},
            filters={
                "action": equals(audit_entries.c.action),
                "actor": equals(audit_entries.c.actor),
                "subject": equals(audit_entries.c.subject),
                "request_id": equals(audit_entries.c.request_id),
            },
            search=lambda typed: (
                (audit_entries.c.subject == typed)
                | (audit_entries.c.actor == typed)
                | (audit_entries.c.action == typed)
                | (audit_entries.c.request_id == typed)
            ),
            view=audit_entry,
        )

    def outbox(self, request: ListRequest) -> Page[OutboxRow]:
        return page(self._database, self._outbox, request)

    def outbox_message(self, message_id: int) -> OutboxRow | None:
        statement = select(*outbox_messages.c).where(outbox_messages.c.id == message_id)
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else _outbox_row(row)

    def audit(self, request: ListRequest) -> Page[AuditEntry]:
        return page(self._database, self._audit, request)

    def audit_entry(self, position: int) -> AuditEntry | None:
        statement = select(*audit_entries.c).where(audit_entries.c.id == position)
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else audit_entry(row)


def _outbox_row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(
        id=row.id,
        name=row.name,
        version=row.version,
        actor=row.actor,
        request_id=row.request_id,
        occurred_at=row.occurred_at,
        state=row.state,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        handled_by=tuple(row.reacted.split()),
        last_error=row.last_error,
        payload=row.payload,
    )
