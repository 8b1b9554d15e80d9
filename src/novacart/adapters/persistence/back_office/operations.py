"""Back office queries of the outbox, webhook events and system health; stored check results."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Table, func, literal_column, select

from novacart.adapters.persistence.back_office.list_page import ListDescription, equals
from novacart.adapters.persistence.back_office.tables import check_results
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.jobs.tables import job_locks
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import webhook_events
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.application.back_office.operations import (
    CheckStatus,
    Health,
    JobStatus,
    OutboxRow,
    QueueStatus,
    WebhookEventRow,
)
from novacart.application.ports.webhook_events import EventState

_DATABASES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PARKED: Final = (EventState.PARKED, EventState.QUARANTINED)


def _queue_status(table: Table) -> Select[*tuple[Any, ...]]:
    """An index has all that it reads, so that it takes little time while a million items wait."""
    next_attempt_at = table.c.next_attempt_at
    parked = select(func.count()).where(table.c.state.in_(PARKED)).scalar_subquery()
    return select(
        func.count().label("pending"),
        func.min(next_attempt_at, type_=next_attempt_at.type).label("next_attempt_at"),
        parked.label("parked"),
    ).where(table.c.state == literal_column(f"'{EventState.PENDING}'"))


_QUEUES: Final = {
    "Outbox": _queue_status(outbox_messages),
    "Webhook events": _queue_status(webhook_events),
}


def outbox_row(connection: Connection, message_id: int) -> OutboxRow | None:
    """Return None if it does not exist."""
    statement = select(outbox_messages).where(outbox_messages.c.id == message_id)
    row = connection.execute(statement).first()
    return None if row is None else _outbox_row(row)


def webhook_event_row(connection: Connection, event_id: str) -> WebhookEventRow | None:
    """Return None if it does not exist."""
    statement = select(webhook_events).where(webhook_events.c.id == event_id)
    row = connection.execute(statement).first()
    return None if row is None else to_webhook_event(row)


class SqlHealthQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def health(self) -> Health:
        with self._database.reading() as connection:
            queues = [
                QueueStatus(name=name, **connection.execute(statement).mappings().one())
                for name, statement in _QUEUES.items()
            ]
            jobs = connection.execute(select(job_locks).order_by(job_locks.c.name))
            checks = connection.execute(select(check_results).order_by(check_results.c.name))
            return Health(
                database=_DATABASES[self._database.dialect],
                queues=queues,
                jobs=[JobStatus(name=row.name, last_started_at=row.taken_at) for row in jobs],
                checks=[CheckStatus(**row) for row in checks.mappings()],
            )


class SqlSystemChecks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, name: str, *, ok: bool, summary: str, at: datetime) -> None:
        result = {"ok": ok, "summary": summary, "checked_at": at}
        if ok:
            result["passed_at"] = at
        insert = conflict_insert(self._database.dialect, check_results)
        statement = insert.values(name=name, **result)
        with self._database.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[check_results.c.name],
                    set_={key: statement.excluded[key] for key in result},
                )
            )
            connection.commit()

    def has_failed(self, name: str) -> bool:
        statement = select(check_results.c.ok).where(check_results.c.name == name)
        with self._database.reading(seconds=STATEMENT_TIMEOUT) as connection:
            return connection.execute(statement).scalar_one_or_none() is False


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
        handled_by=tuple(row.handled_by.split()),
        last_error=row.last_error,
        payload=row.payload,
    )


def to_webhook_event(row: Row[Any]) -> WebhookEventRow:
    """Map a row of `webhook_events`."""
    return WebhookEventRow(
        id=row.id,
        type=row.type,
        state=EventState(row.state),
        attempts=row.attempts,
        note=row.note,
        received_at=row.received_at,
        next_attempt_at=row.next_attempt_at,
        settled_at=row.settled_at,
        payload=row.payload,
    )


OUTBOX: Final = ListDescription(
    statement=select(*outbox_messages.c),
    key=outbox_messages.c.id,
    sorts={"id": outbox_messages.c.id},
    filters={"state": equals(outbox_messages.c.state)},
    search=lambda text: outbox_messages.c.name == text,
    to_row=_outbox_row,
)
WEBHOOK_EVENTS: Final = ListDescription(
    statement=select(*webhook_events.c),
    key=webhook_events.c.id,
    sorts={"received_at": webhook_events.c.received_at},
    filters={"state": equals(webhook_events.c.state)},
    search=lambda text: (webhook_events.c.id == text) | (webhook_events.c.type == text),
    to_row=to_webhook_event,
)
