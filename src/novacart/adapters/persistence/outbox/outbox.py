"""The outbox in the database."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.adapters.persistence.outbox.partitions import OutboxPartitions
from novacart.adapters.persistence.outbox.tables import outbox_messages as table
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.persistence.sqlite_engine import checkpoint_sooner
from novacart.adapters.persistence.statements import DriverStatement, driver_of
from novacart.application.ports.outbox import OutboxMessage, OutboxMessageRetried
from novacart.application.ports.request_context import RequestContexts
from novacart.application.processor_time import yielding_processor

_CLAIMS_LOCK: Final = 7_110_004  # an arbitrary number for the advisory lock
_PENDING: Final = table.c.state == literal_column("'pending'")
_EARLIER: Final = table.alias("earlier")
# The literals are those of the index of claimed messages. Not EXISTS, which PostgreSQL may turn
# into a join that reads the whole index, with the entries of messages that were handled since.
_IS_NEXT_OF_SUBJECT: Final = (
    select(_EARLIER.c.id)
    .where(
        _EARLIER.c.subject == table.c.subject,
        _EARLIER.c.id < table.c.id,
        _EARLIER.c.state == literal_column("'pending'"),
        _EARLIER.c.attempts > literal_column("0"),
        _EARLIER.c.last_error.is_(None),
    )
    .limit(literal_column("1"))
    .scalar_subquery()
    .is_(None)
)


def _due(
    at: "BindParameter[datetime]", limit: "BindParameter[int] | int" = 1
) -> Select[tuple[int, datetime, int]]:
    return (
        select(table.c.id, table.c.occurred_at, table.c.attempts)
        .where(_PENDING, table.c.next_attempt_at <= at, _IS_NEXT_OF_SUBJECT)
        .order_by(table.c.next_attempt_at, table.c.id)
        .limit(limit)
    )


_AT: Final = bindparam("at", type_=UtcDateTime())
_COLUMNS: Final = table.c.keys()
_LIMIT: Final = bindparam("limit", type_=Integer)
_OLDEST_DUE: Final = DriverStatement(_due(_AT))
_NEXT: Final = (
    select(table)
    .where(_PENDING, table.c.next_attempt_at <= _AT, _IS_NEXT_OF_SUBJECT)
    .order_by(table.c.next_attempt_at, table.c.id)
    .limit(_LIMIT)
)


def _claim_of(due: Select[tuple[int, datetime, int]]) -> DriverStatement:
    """Claim messages until `until` and return them.

    A common table expression, because PostgreSQL may run a subquery more than once, and then it
    locks other rows. SQLAlchemy omits the lock on SQLite, which has no row locks.
    """
    claimed = due.with_for_update(skip_locked=True, of=table).cte("due")
    return DriverStatement(
        update(table)
        .where(table.c.id == claimed.c.id, table.c.occurred_at == claimed.c.occurred_at)
        .values(attempts=table.c.attempts + 1, next_attempt_at=bindparam("until"))
        .returning(table)
    )


_CLAIM_RETRIED: Final = _claim_of(_due(_AT).where(table.c.attempts > 0))
_CLAIM_NEW: Final = _claim_of(_due(_AT, _LIMIT).where(table.c.attempts == 0))
# Without the lock, two workers could claim two messages of a subject at the same time. PostgreSQL
# keeps plans: one that was made for a small table would read all of it after it has grown.
_LOCK_CLAIMS: Final = DriverStatement(
    select(
        func.pg_advisory_xact_lock(_CLAIMS_LOCK),
        func.set_config(
            literal_column("'enable_seqscan'"), literal_column("'off'"), literal_column("true")
        ),
    )
)


def _is_claim(position: int = 0) -> ColumnElement[bool]:
    """The number of attempts identifies a claim: a later one has a higher number."""
    return and_(
        table.c.id == bindparam(f"id_{position}"),
        # It selects the partition.
        table.c.occurred_at == bindparam(f"occurred_at_{position}"),
        table.c.attempts == bindparam(f"attempts_{position}"),
    )


def _claim(message: OutboxMessage, position: int = 0) -> dict[str, object]:
    """The parameters of `_is_claim`."""
    return {
        f"id_{position}": message.id,
        f"occurred_at_{position}": message.occurred_at,
        f"attempts_{position}": message.attempts,
    }


# As an expression, so that a message is found by its key. A plan that was made for a small table
# would use an index of pending messages, and read all of it after it has grown.
_IS_PENDING: Final = table.c.state.concat(literal_column("''")) == literal_column("'pending'")
_CLAIMED: Final = update(table).where(_is_claim(), _IS_PENDING)
_EXTEND: Final = DriverStatement(_CLAIMED.values(next_attempt_at=bindparam("until")))
_RELEASE: Final = DriverStatement(
    _CLAIMED.values(attempts=table.c.attempts - 1, next_attempt_at=table.c.occurred_at)
)
_POSTPONE: Final = DriverStatement(
    _CLAIMED.values(
        next_attempt_at=bindparam("until"),
        last_error=bindparam("error"),
        handled_by=bindparam("handlers"),
    )
)
_PARK: Final = DriverStatement(
    _CLAIMED.values(
        state="parked",
        settled_at=bindparam("at"),
        last_error=bindparam("error"),
        handled_by=bindparam("handlers"),
    )
)


_COMPLETE_UNCLAIMED: Final = DriverStatement(
    update(table)
    .where(
        table.c.id == bindparam("id_"),
        table.c.occurred_at == bindparam("occurred_at_"),
        table.c.attempts == literal_column("0"),
        _PENDING,
    )
    .values(state="handled", settled_at=bindparam("at", type_=UtcDateTime()))
)
# Messages that one statement completes.
_COMPLETED_AT_ONCE: Final = 20


@lru_cache
def _complete(count: int) -> DriverStatement:
    are_claims = or_(*(_is_claim(position) for position in range(count)))
    return DriverStatement(
        update(table)
        .where(are_claims, _IS_PENDING)
        .values(state="handled", settled_at=bindparam("at"), last_error=None)
    )


def complete_unclaimed(
    connection: Connection, messages: Sequence[OutboxMessage], *, at: datetime
) -> None:
    """Mark messages as handled. Raises `ConcurrentChange` if one was claimed."""
    rows = [
        {"id_": message.id, "occurred_at_": message.occurred_at, "at": at} for message in messages
    ]
    _COMPLETE_UNCLAIMED.execute_many(connection, rows, must_match=True)


class SqlOutbox:
    """Workers claim batches one after another.

    On PostgreSQL an advisory lock is held during a claim, and SKIP LOCKED lets it ignore messages
    on which a worker reports at that moment.
    """

    def __init__(self, database: Database, contexts: RequestContexts) -> None:
        self._database = database
        self._partitions = OutboxPartitions(database)
        self._contexts = contexts

    def claim(self, *, at: datetime, until: datetime, limit: int = 1) -> Sequence[OutboxMessage]:
        # Most polls find no message; they should not take SQLite's write lock.
        rows = self._database.fetch_by_index(_OLDEST_DUE, {"at": at})
        if not rows:
            return []
        ((_, _, attempts),) = rows
        parameters: dict[str, object] = {"at": at, "until": until}
        if not attempts:
            parameters["limit"] = limit
        with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":
                _LOCK_CLAIMS.execute_later(connection)
            else:
                # The process is a worker.
                checkpoint_sooner(driver_of(connection))
            claims = (_CLAIM_RETRIED if attempts else _CLAIM_NEW).fetch(connection, parameters)
            connection.commit()
        # Not in the transaction, which locks out the other writers of SQLite.
        return sorted(map(_to_message, yielding_processor(claims)), key=lambda message: message.id)

    def unclaimed(self, *, at: datetime, limit: int) -> Sequence[OutboxMessage]:
        if self._database.dialect == "postgresql":
            return []
        with self._database.reading() as connection:
            rows = connection.execute(_NEXT, {"at": at, "limit": limit}).all()
        # `claim` takes those that were attempted one by one.
        if any(row.attempts for row in rows):
            return []
        return [_to_message(row) for row in yielding_processor(rows)]

    def extend(self, message: OutboxMessage, *, until: datetime) -> None:
        self._update(_EXTEND, [message], until=until)

    def release(self, messages: Sequence[OutboxMessage]) -> None:
        self._update(_RELEASE, messages)

    def complete(self, messages: Sequence[OutboxMessage], *, at: datetime) -> None:
        statements = []
        for start in range(0, len(messages), _COMPLETED_AT_ONCE):
            part = messages[start : start + _COMPLETED_AT_ONCE]
            parameters: dict[str, object] = {"at": at}
            for position, message in enumerate(part):
                parameters |= _claim(message, position)
            statements.append((_complete(len(part)), parameters))
        # If a crash of the server undoes this, the messages are delivered again, as after a crash
        # of a worker.
        self._database.execute(statements)

    def postpone(
        self, message: OutboxMessage, *, until: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        names = _joined(handled_by)
        self._update(_POSTPONE, [message], until=until, error=error, handlers=names)

    def park(
        self, message: OutboxMessage, *, at: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        self._update(_PARK, [message], at=at, error=error, handlers=_joined(handled_by))

    def parked(self, *, limit: int = 100) -> Sequence[OutboxMessage]:
        statement = select(table).where(table.c.state == "parked").order_by(table.c.id).limit(limit)
        with self._database.reading() as connection:
            return [_to_message(row) for row in connection.execute(statement)]

    def retry(self, *, at: datetime, ids: Sequence[int] | None = None) -> int:
        statement = update(table).where(table.c.state == "parked")
        if ids is not None:
            statement = statement.where(table.c.id.in_(ids))
        with self._database.writing() as connection:
            retried = connection.execute(
                statement.values(
                    state="pending", attempts=0, next_attempt_at=at, settled_at=None
                ).returning(table.c.id, table.c.name)
            ).all()
            events = [
                OutboxMessageRetried(occurred_at=at, message_id=row.id, message_name=row.name)
                for row in retried
            ]
            write_events(connection, events, self._contexts.current())
            connection.commit()
        return len(retried)

    def count_pending(self) -> int:
        statement = select(func.count()).where(table.c.state == "pending")
        with self._database.reading() as connection:
            return connection.execute(statement).scalar_one()

    def prune(self, *, before: datetime) -> int:
        return self._partitions.prune(before=before)

    def _update(
        self, statement: DriverStatement, claimed: Sequence[OutboxMessage], **values: object
    ) -> None:
        if claimed:
            with self._database.writing() as connection:
                statement.execute_many(
                    connection, [{**_claim(message), **values} for message in claimed]
                )
                connection.commit()


def _joined(names: frozenset[str]) -> str:
    return " ".join(sorted(names))


def _to_message(row: Sequence[Any]) -> OutboxMessage:
    """The message of a row with all columns."""
    values = dict(zip(_COLUMNS, row, strict=True))
    return OutboxMessage(
        id=values["id"],
        name=values["name"],
        version=values["version"],
        payload=json.loads(values["payload"]),
        actor=values["actor"],
        request_id=values["request_id"],
        occurred_at=values["occurred_at"],
        attempts=values["attempts"],
        handled_by=frozenset(values["handled_by"].split()),
        state=values["state"],
        last_error=values["last_error"],
    )
