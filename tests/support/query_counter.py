"""Count SQL statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from novacart.adapters.persistence.database import Database


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent inside the block.

    BEGIN and the timeout that a connection keeps are not among them.
    """
    statements: list[str] = []

    def record(*args: Any) -> None:  # noqa: ANN401 (SQLAlchemy passes six arguments)
        statement: str = args[2]
        if not statement.startswith(("BEGIN", "SET statement_timeout")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", record)
