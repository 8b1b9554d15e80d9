"""Fill tables of PostgreSQL without their indexes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.progress import Progress

Connection = psycopg.Connection[tuple[Any, ...]]

_SETTINGS: Final = (
    "synchronous_commit = off",
    "work_mem = '256MB'",
    "maintenance_work_mem = '1GB'",
)
_CONSTRAINTS: Final = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype = %s AND connamespace = current_schema()::regnamespace
    AND conrelid::regclass::text = ANY(%s) ORDER BY conname
"""
_INDEXES: Final = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i
    WHERE i.indrelid::regclass::text = ANY(%s)
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY 1
"""


@contextmanager
def without_indexes(url: str, tables: Sequence[str], progress: Progress) -> Iterator[None]:
    """Drop indexes, foreign keys and unique constraints; create them again after the block.

    Primary keys are kept. Foreign keys are not validated, since the audit finds rows without their
    parent.
    """
    with connected(url) as connection:
        restore, foreign_keys = _drop_indexes(connection, list(tables))
        yield
        with progress.step(f"{len(restore)} indexes", len(restore)) as advance:
            for statement in restore:
                connection.execute(statement)
                advance(1)
        for statement in foreign_keys:
            connection.execute(statement)


def connected(url: str) -> Connection:
    """Connect in autocommit mode, with memory for sorting and without waiting for the disk.

    Parameters are bound in the client, because CREATE TABLE AS accepts none.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor)
    for setting in _SETTINGS:
        connection.execute(f"SET {setting}".encode())
    return connection


def refresh_statistics(url: str, *tables: str) -> None:
    """Run VACUUM and ANALYZE on some tables or all, as autovacuum does after a while."""
    with connected(url) as connection:
        connection.execute(f"VACUUM (ANALYZE) {', '.join(tables)}".encode())


def _drop_indexes(connection: Connection, tables: list[str]) -> tuple[list[bytes], list[bytes]]:
    """Drop indexes and constraints; return the statements that restore them, foreign keys last."""
    restore: list[bytes] = []
    foreign: list[bytes] = []
    for kind, later in (("f", foreign), ("u", restore)):
        for table, name, definition in connection.execute(_CONSTRAINTS, (kind, tables)).fetchall():
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
            later.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
    for name, definition in connection.execute(_INDEXES, (tables,)).fetchall():
        connection.execute(f"DROP INDEX {name}".encode())
        restore.append(definition.encode())
    return restore, [
        statement + (b"" if statement.endswith(b" NOT VALID") else b" NOT VALID")
        for statement in foreign
    ]
