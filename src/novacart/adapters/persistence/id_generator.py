"""Ids from a database sequence."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Sequence,
    Table,
    bindparam,
    func,
    select,
    text,
)

from novacart.adapters.persistence.metadata import metadata
from novacart.adapters.persistence.statements import DriverStatement

identity_sequence = Sequence("identities", metadata=metadata)

# SQLite has no sequences: one row counts up inside the write transaction.
identity_counter = Table(
    "identity_counter",
    metadata,
    Column("singleton", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    CheckConstraint("singleton = 1", name="singleton"),
    info={"dialect": "sqlite"},
)

# With the count in a subquery, PostgreSQL does not plan for each count again.
_COUNT: Final = select(bindparam("count", type_=BigInteger)).scalar_subquery()
_FROM_SEQUENCE: Final = DriverStatement(
    select(identity_sequence.next_value()).select_from(func.generate_series(1, _COUNT))
)
_FROM_COUNTER: Final = DriverStatement(
    text(
        "INSERT INTO identity_counter (singleton, last) VALUES (1, :count)"
        " ON CONFLICT (singleton) DO UPDATE SET last = last + excluded.last RETURNING last"
    )
)

NEXT_ID: Final = select(identity_sequence.next_value()).scalar_subquery()
"""An unused id, as a column of a SELECT on PostgreSQL; the same id in all rows."""

NEXT_ID_OF_ROW: Final = identity_sequence.next_value()
"""An unused id, as a column of a SELECT on PostgreSQL; another id in each row."""

_SKIP_COUNTER = text(
    "INSERT INTO identity_counter (singleton, last) VALUES (1, :highest)"
    " ON CONFLICT (singleton) DO UPDATE SET last = max(last, excluded.last)"
)
# Far more ids than other connections take from the sequence during one statement.
_MARGIN = 100_000


class SqlIdGenerator:
    """One sequence for all tables, so that an id is unique in the whole shop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, count: int = 1) -> list[int]:
        if self._connection.dialect.name == "postgresql":
            rows = _FROM_SEQUENCE.fetch(self._connection, {"count": count})
            return sorted(new_id for (new_id,) in rows)
        [(last,)] = _FROM_COUNTER.fetch(self._connection, {"count": count})
        return list(range(last - count + 1, last + 1))

    def skip(self, highest: int) -> None:
        if self._connection.dialect.name != "postgresql":
            self._connection.execute(_SKIP_COUNTER, {"highest": highest})
            return
        last: int = self._connection.scalar(text("SELECT last_value FROM identities")) or 0
        # setval would undo what other connections take in the meantime. It is only safe if the
        # sequence is far below the new value.
        if highest > last + _MARGIN:
            self._connection.execute(
                text("SELECT setval('identities', :highest)"), {"highest": highest}
            )
        elif highest >= last:
            self.take(highest - last + 1)
