"""Counting what a database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from novacart.adapters.persistence.database import Database


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """The statements sent to the database inside the block, beginnings of transactions left out."""
    statements: list[str] = []

    def note(*args: Any) -> None:  # noqa: ANN401 (SQLAlchemy hands over six things)
        statement: str = args[2]
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
