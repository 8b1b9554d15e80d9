"""Writes of an optimistic transaction on SQLite, postponed until its commit.

SQLite has one writer. So the transaction first reads and calculates, and holds the write lock only
while it executes what it has postponed.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection

from novacart.adapters.persistence.sqlite_engine import (
    LOCK_TIME,
    begin_immediate,
    checkpoint_sooner,
)
from novacart.adapters.persistence.statements import (
    POSTPONED,
    CompiledStatement,
    Parameters,
    Row,
    driver_of,
)
from novacart.application.processor_time import yielding_processor


class PostponedWrites:
    """Statements with their rows, in the order in which they are executed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Final[Any] = driver_of(connection)
        self._changes = self._driver.total_changes
        self._statements: list[tuple[CompiledStatement, list[Row], bool]] = []
        self.is_independent = False
        """Whether they are right even if another connection has written since the first read."""

    def add(
        self, statement: CompiledStatement, rows: Iterable[Parameters], *, must_match: bool
    ) -> None:
        if not self._has_written:
            rows = yielding_processor(rows)
        values: list[Row] = [statement.values(row) for row in rows]
        self._statements.append((statement, values, must_match))

    def execute(self) -> None:
        """Execute the statements. Raises as `Database.writing`.

        Independent ones are executed in a transaction that begins now, unless something was
        written before.
        """
        checkpoint_sooner(self._driver)
        if self.is_independent and not self._has_written:
            self._driver.execute("ROLLBACK")
            self._connection.get_execution_options()[LOCK_TIME].pause()
            begin_immediate(self._connection, is_batch=True)
        for statement, values, must_match in self._statements:
            statement.execute_many(
                self._connection.engine, self._driver, values, must_match=must_match
            )
        self._statements.clear()

    @property
    def _has_written(self) -> bool:
        """Whether the transaction has written before, so that it holds the lock."""
        return bool(self._driver.total_changes != self._changes)


def postponed_writes(connection: Connection) -> PostponedWrites | None:
    """The postponed writes of a connection in an optimistic transaction on SQLite."""
    writes: PostponedWrites | None = connection.get_execution_options().get(POSTPONED)
    return writes
