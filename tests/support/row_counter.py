"""The number of rows that PostgreSQL reads for statements, with the plans of the shop."""

import json
from collections.abc import Sequence
from typing import Any, Final

from psycopg import RawCursor
from psycopg.sql import Literal
from sqlalchemy import event

from novacart.adapters.persistence.database import Database

# Executions of a prepared statement before PostgreSQL may use one plan for all parameters.
_PLANNED_FIRST: Final = 5
_EXPLAIN: Final = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)"


class RowCounter:
    """Counts the rows that statements read, by running each again with EXPLAIN ANALYZE.

    A prepared statement is run again in the session that has prepared it, and so with the plan for
    all parameters if the session uses one. If only later executions may use that plan, the rows of
    the plan that reads more are counted.
    """

    def __init__(self, database: Database, *, tables: Sequence[str] = ()) -> None:
        """Count the rows of these `tables`; by default those of all tables and functions."""
        self._database = database
        self._tables = frozenset(tables)
        self._statements: list[tuple[Any, str, Any]] = []
        event.listen(database.engine, "before_cursor_execute", self._record)

    def _record(self, *args: Any) -> None:  # noqa: ANN401 (SQLAlchemy passes six arguments)
        if not args[2].startswith(("EXPLAIN", "SET")):
            self._statements.append(args[1:4])

    def rows(self) -> int:
        """The rows of the statements since the last call."""
        return sum(self.rows_of_each())

    def rows_of_each(self) -> list[int]:
        """The rows of each statement since the last call."""
        statements, self._statements = self._statements, []
        return [max(map(self._rows, self._plans(*each))) for each in statements]

    def plans(self) -> list[str]:
        """The plans of the statements since the last call, as JSON."""
        statements, self._statements = self._statements, []
        return [json.dumps(self._plans(*each)) for each in statements]

    def _plans(self, cursor: Any, statement: str, parameters: Any) -> list[Any]:  # noqa: ANN401 (of SQLAlchemy or of psycopg)
        if not isinstance(parameters, list):  # of a statement without $1
            with self._database.reading() as connection:
                explained = connection.exec_driver_sql(f"{_EXPLAIN} {statement}", parameters)
                return [explained.scalar_one()[0]["Plan"]]
        session = RawCursor(cursor.connection)

        def explain(executed: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 (JSON)
            [[[explained]]] = session.execute(f"{_EXPLAIN} {executed}", values).fetchall()
            return explained["Plan"]

        prepared = session.execute(
            "SELECT name, current_setting('plan_cache_mode') = 'auto'"
            " FROM pg_prepared_statements WHERE statement = $1",
            [statement],
        ).fetchone()
        if prepared is None:
            return [explain(statement, parameters)]
        name, is_planned_first = prepared
        values = ", ".join(Literal(each).as_string(session) for each in parameters)
        execute = f"EXECUTE {name}({values})" if values else f"EXECUTE {name}"
        plans = [explain(execute)]
        if is_planned_first:
            for _ in range(_PLANNED_FIRST):
                session.execute(f"EXPLAIN {execute}")
            plans.append(explain(execute))
        return plans

    def _rows(self, plan: dict[str, Any]) -> int:
        rows = 0
        is_scan = plan["Node Type"].endswith("Scan") and plan["Node Type"] != "Subquery Scan"
        if plan.get("Relation Name") in self._tables if self._tables else is_scan:
            read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
            rows = round(read * plan["Actual Loops"])
        return rows + sum(map(self._rows, plan.get("Plans", ())))
