"""The outbox in the database."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.tables import outbox_messages as messages
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.application.ports.outbox import OutboxMessage, OutboxMessageRetried
from novacart.application.ports.request_context import RequestContexts


class SqlOutbox:
    """Workers claim rows with SKIP LOCKED on PostgreSQL, one after another on SQLite."""

    def __init__(self, database: Database, contexts: RequestContexts) -> None:
        self._database = database
        self._contexts = contexts

    def claim(self, *, at: datetime, until: datetime) -> OutboxMessage | None:
        # Most polls find no message; they should not take SQLite's write lock.
        with self._database.reading() as connection:
            if connection.execute(_due(at)).first() is None:
                return None
        with self._database.writing() as connection:
            # SQLAlchemy omits the clause on SQLite, which has no row locks.
            oldest = _due(at).with_for_update(skip_locked=True).scalar_subquery()
            row = connection.execute(
                update(messages)
                .where(messages.c.id == oldest)
                .values(attempts=messages.c.attempts + 1, next_attempt_at=until)
                .returning(messages)
            ).first()
            connection.commit()
        return _to_message(row) if row is not None else None

    def extend(self, message: OutboxMessage, *, until: datetime) -> None:
        self._update(message, next_attempt_at=until)

    def complete(self, message: OutboxMessage, *, at: datetime) -> None:
        self._update(message, state="handled", settled_at=at, last_error=None)

    def postpone(
        self, message: OutboxMessage, *, until: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        self._update(message, next_attempt_at=until, last_error=error, reacted=_joined(handled_by))

    def park(
        self, message: OutboxMessage, *, at: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        self._update(
            message, state="parked", settled_at=at, last_error=error, reacted=_joined(handled_by)
        )

    def parked(self, *, limit: int = 100) -> Sequence[OutboxMessage]:
        statement = (
            select(messages)
            .where(messages.c.state == "parked")
            .order_by(messages.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_to_message(row) for row in connection.execute(statement)]

    def retry(self, *, at: datetime, ids: Sequence[int] | None = None) -> int:
        statement = update(messages).where(messages.c.state == "parked")
        if ids is not None:
            statement = statement.where(messages.c.id.in_(ids))
        with self._database.writing() as connection:
            retried = connection.execute(
                statement.values(
                    state="pending", attempts=0, next_attempt_at=at, settled_at=None
                ).returning(messages.c.id, messages.c.name)
            ).all()
            events = [
                OutboxMessageRetried(occurred_at=at, message_id=row.id, message_name=row.name)
                for row in retried
            ]
            write_events(connection, events, self._contexts.current())
            connection.commit()
        return len(retried)

    def count_pending(self) -> int:
        statement = select(func.count()).where(messages.c.state == "pending")
        with self._database.reading() as connection:
            return connection.execute(statement).scalar_one()

    def prune(self, *, before: datetime) -> int:
        statement = delete(messages).where(
            messages.c.state == "handled", messages.c.settled_at < before
        )
        with self._database.writing() as connection:
            count = connection.execute(statement).rowcount
            connection.commit()
        return count

    def _update(self, message: OutboxMessage, **values: object) -> None:
        with self._database.writing() as connection:
            connection.execute(
                update(messages)
                .where(
                    messages.c.id == message.id,
                    # Identifies the claim: a later claim has a higher number.
                    messages.c.attempts == message.attempts,
                    messages.c.state == "pending",
                )
                .values(**values)
            )
            connection.commit()


def _due(at: datetime) -> Select[tuple[int]]:
    return (
        select(messages.c.id)
        .where(messages.c.state == "pending", messages.c.next_attempt_at <= at)
        .order_by(messages.c.next_attempt_at, messages.c.id)
        .limit(1)
    )


def _joined(names: frozenset[str]) -> str:
    return " ".join(sorted(names))


def _to_message(row: Row[Any]) -> OutboxMessage:
    return OutboxMessage(
        id=row.id,
        name=row.name,
        version=row.version,
        payload=json.loads(row.payload),
        actor=row.actor,
        request_id=row.request_id,
        occurred_at=row.occurred_at,
        attempts=row.attempts,
        handled_by=frozenset(row.reacted.split()),
        state=row.state,
        last_error=row.last_error,
    )
