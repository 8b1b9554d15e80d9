"""Schema changes of large tables in use, for migrations.

They commit what the migration has done so far and run outside of its transaction, so that no lock
is held while they read the table. So each must be the only step of its revision, or all its steps
can be repeated, since a revision that fails starts again. SQLite, which has one writer at a time,
gets the ordinary statements.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from alembic import op
from sqlalchemy import Connection, text

from novacart.adapters.persistence.timeouts import MIGRATION_LOCK_TIMEOUT, REPORT_TIMEOUT

_AUTOCOMMIT: Final = "AUTOCOMMIT"
_DEFAULT: Final = "READ COMMITTED"


def create_index_concurrently(
    name: str,
    table: str,
    columns: Sequence[Any],
    **options: Any,  # noqa: ANN401 (of `op.create_index`)
) -> None:
    """Create an index while rows of the table are written."""
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, **options)
        return
    with outside_transaction():
        # An attempt that was interrupted leaves an invalid index.
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def validate_constraint(table: str, name: str) -> None:
    """Check the existing rows for a constraint that was added as NOT VALID."""
    if op.get_bind().dialect.name == "postgresql":
        with outside_transaction():
            op.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')


def set_timeouts(connection: Connection) -> None:
    """Set the timeouts of a migration for the current transaction on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{MIGRATION_LOCK_TIMEOUT}s'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{REPORT_TIMEOUT}s'"))


@contextmanager
def outside_transaction() -> Iterator[None]:
    """Run the statements of the block on PostgreSQL, each committed at once, without timeouts.

    They block no reader or writer, and wait until older transactions end.
    """
    connection = op.get_bind()
    connection.commit()
    connection.execution_options(isolation_level=_AUTOCOMMIT)
    try:
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SET statement_timeout = 0"))
        yield
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text("RESET statement_timeout"))
    finally:
        connection.rollback()
        connection.execution_options(isolation_level=_DEFAULT)
    connection.begin()
    set_timeouts(connection)
