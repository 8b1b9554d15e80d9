"""Monthly partitions of the outbox on PostgreSQL, and the deletion of old messages."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.metadata import UtcDateTime

_MONTHS_AHEAD: Final = 3
_BATCH: Final = 5_000
# A run that is killed may leave the constraint. The next one follows within 30 hours.
_MARGIN: Final = timedelta(days=2)
_DEFAULT: Final = "outbox_messages_default"
_EXCLUSION: Final = "ck_outbox_messages_default_month"
# Statements of the shop queue behind a change of the partitions that waits for its lock.
_SHORT_WAIT: Final = text("SET LOCAL lock_timeout = '1s'")
_NO_TIMEOUT: Final = text("SET LOCAL statement_timeout = 0")
_IS_EXCLUDED: Final = text(
    f"SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = '{_EXCLUSION}'"  # noqa: S608 (constants)
    f" AND conrelid = '{_DEFAULT}'::regclass)"
)
_PARTITIONS: Final = text("""
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox_messages'::regclass AND c.relname ~ '_\\d{4}_\\d{2}$'
    ORDER BY 1
""")


class OutboxPartitions:
    """A partition for each month, created before the month, and one for all other messages.

    The default partition has the messages of months for which no partition was created in time,
    and those from before the partitions. SQLite has one table.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, *, at: datetime) -> int:
        """Create the partitions of the next three months; return how many.

        A month that has messages already keeps them in the default partition, so that of the
        current month is not created, nor that of a month which begins within two days.
        """
        if self._database.dialect != "postgresql":
            return 0
        # A run that was interrupted has left it.
        self._end_exclusion()
        with self._database.reading() as connection:
            existing = set(connection.scalars(_PARTITIONS))
        months = [_next_month(at + _MARGIN)]
        while len(months) < _MONTHS_AHEAD:
            months.append(_next_month(months[-1]))
        missing = [month for month in months if _name(month) not in existing]
        return sum(map(self._create, missing))

    def prune(self, *, before: datetime) -> int:
        """Delete messages handled before this time, in batches; return how many.

        A partition is dropped when all its messages were handled before. It is kept if others are
        left, such as parked ones.
        """
        if self._database.dialect != "postgresql":
            return self._delete("outbox_messages", before)
        with self._database.reading() as connection:
            names = list(connection.scalars(_PARTITIONS))
        deleted = self._delete(_DEFAULT, before)
        for name in names:
            if _next_month(_month(name)) <= before:
                deleted += self._drop(name, before)
        return deleted

    def _create(self, month: datetime) -> bool:
        """Attach a new table; return False if the default partition has messages of the month.

        PostgreSQL reads the default partition to check that, and blocks its writers meanwhile. A
        validated constraint has checked it before, without blocking them.
        """
        name = _name(month)
        with suppress(IntegrityError), self._excluded(month), self._changing() as connection:
            connection.execute(
                text(
                    f"CREATE TABLE {name} (LIKE outbox_messages INCLUDING DEFAULTS"
                    f" INCLUDING CONSTRAINTS, CONSTRAINT pk_{name} PRIMARY KEY (id))"
                )
            )
            connection.execute(
                text(
                    f"ALTER TABLE outbox_messages ATTACH PARTITION {name}"
                    f" FOR VALUES FROM ('{month}') TO ('{_next_month(month)}')"
                )
            )
            return True
        return False

    @contextmanager
    def _excluded(self, month: datetime) -> Iterator[None]:
        """Refuse messages of the month in the default partition, unless it has any.

        Raises `IntegrityError` if it has.
        """
        with self._changing() as connection:
            connection.execute(
                text(
                    f"ALTER TABLE {_DEFAULT} ADD CONSTRAINT {_EXCLUSION} CHECK (occurred_at"
                    f" < '{month}' OR occurred_at >= '{_next_month(month)}') NOT VALID"
                )
            )
        try:
            with self._changing() as connection:
                connection.execute(_NO_TIMEOUT)
                connection.execute(text(f"ALTER TABLE {_DEFAULT} VALIDATE CONSTRAINT {_EXCLUSION}"))
            yield
        finally:
            self._end_exclusion()

    def _end_exclusion(self) -> None:
        with self._database.reading() as connection:
            if not connection.scalar(_IS_EXCLUDED):
                return
        with self._changing() as connection:
            connection.execute(text(f"ALTER TABLE {_DEFAULT} DROP CONSTRAINT {_EXCLUSION}"))

    def _drop(self, name: str, before: datetime) -> int:
        counts = text(
            "SELECT count(*) AS messages,"  # noqa: S608 (a name from the catalog)
            " count(*) FILTER (WHERE state <> 'handled') AS unhandled,"
            " count(*) FILTER (WHERE settled_at >= :before) AS recent"
            f" FROM {name}"
        )
        # It reads a whole month.
        with self._database.snapshot() as connection:
            row = connection.execute(counts, {"before": before}).one()
        if row.unhandled:
            return self._delete(name, before)
        if row.recent:
            return 0
        with self._changing() as connection:
            # In the order in which writers lock; it locks the partitions, too.
            connection.execute(text("LOCK TABLE outbox_messages IN ACCESS EXCLUSIVE MODE"))
            # A message of the month may have been stored since. An index finds it, so orders wait
            # for the lock for a moment only.
            pending = f"SELECT EXISTS (SELECT FROM {name} WHERE state = 'pending')"  # noqa: S608 (likewise)
            if connection.scalar(text(pending)):
                return 0
            connection.execute(text(f"DROP TABLE {name}"))
        return int(row.messages)

    def _delete(self, name: str, before: datetime) -> int:
        statement = text(
            f"DELETE FROM {name} WHERE id IN (SELECT id FROM {name}"  # noqa: S608 (likewise)
            " WHERE state = 'handled' AND settled_at < :before ORDER BY id LIMIT :batch)"
        ).bindparams(bindparam("before", type_=UtcDateTime()))
        deleted = 0
        while True:
            with self._database.writing() as connection:
                count = connection.execute(statement, {"before": before, "batch": _BATCH}).rowcount
                connection.commit()
            deleted += count
            if count < _BATCH:
                return deleted

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """Commit what the block does. Raises `StorageUnavailable` if a lock takes a second."""
        with self._database.writing() as connection:
            connection.execute(_SHORT_WAIT)
            yield connection
            connection.commit()


def _next_month(time: datetime) -> datetime:
    """Return the first moment of the next month in UTC."""
    utc = time.astimezone(UTC)
    year, month = divmod(utc.year * 12 + utc.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def _name(month: datetime) -> str:
    return f"outbox_messages_{month:%Y_%m}"


def _month(name: str) -> datetime:
    year, month = name.rsplit("_", 2)[1:]
    return datetime(int(year), int(month), 1, tzinfo=UTC)
