"""Slow statements are logged, through SQLAlchemy and through statements of the driver."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import ColumnClause, bindparam, literal_column, select, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.slow_queries import log_slow_queries
from novacart.adapters.persistence.statements import DriverStatement

# Counts for long enough on SQLite, and sleeps on PostgreSQL.
SLOW = {
    "sqlite": """(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
        SELECT count(*) FROM n)""",
    "postgresql": "pg_sleep(0.06)",
}
THRESHOLD = 50
SECRET = "asha@example.com"

Run = Callable[[Database], object]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.connect(database_url, observers=[log_slow_queries(THRESHOLD)])
    database.fetch(FAST)
    yield database
    database.dispose()


FAST = DriverStatement(select(literal_column("1")))


def by_sqlalchemy(database: Database) -> None:
    statement = text(f"SELECT :email, {SLOW[database.dialect]}")
    with database.writing() as connection:
        connection.execute(statement, {"email": SECRET})


def slow_statement(database: Database) -> DriverStatement:
    slow: ColumnClause[object] = literal_column(SLOW[database.dialect])
    return DriverStatement(select(bindparam("email", SECRET), slow))


def by_fetch(database: Database) -> None:
    database.fetch(slow_statement(database))


def in_a_transaction(database: Database) -> None:
    with database.writing() as connection:
        slow_statement(database).fetch(connection)


def many(database: Database) -> None:
    rows = [{"email": SECRET}, {"email": SECRET}]
    column = f"CASE WHEN {SLOW[database.dialect]} IS NULL THEN 0 ELSE 7 END"
    statement = text(f"UPDATE categories SET name = :email WHERE id = (SELECT {column})")  # noqa: S608
    with database.writing() as connection:
        connection.execute(statement, rows)


@pytest.mark.parametrize("run", [by_sqlalchemy, by_fetch, in_a_transaction, many])
def test_slow_statement_is_logged_once_without_its_parameters(database: Database, run: Run) -> None:
    with capture_logs() as lines:
        run(database)
    (line,) = [line for line in lines if "SELECT" in line["sql"]]
    assert line["event"] == "slow_query"
    assert line["milliseconds"] >= THRESHOLD
    assert "\n" not in line["sql"]
    assert SECRET not in repr(line)


def test_fast_statement_is_not_logged(database: Database) -> None:
    with capture_logs() as lines, database.reading() as connection:
        connection.execute(text("SELECT 1"))
        database.fetch(FAST)
    assert lines == []


def test_zero_switches_the_log_off(database_url: str) -> None:
    database = Database.connect(database_url)
    assert not database.engine.dialect.dispatch.do_execute
    with capture_logs() as lines:
        by_sqlalchemy(database)
        by_fetch(database)
    database.dispose()
    assert lines == []
    database.dispose()


def test_statement_that_a_timeout_ends_is_logged(postgresql_url: str) -> None:
    database = Database.connect(postgresql_url, observers=[log_slow_queries(THRESHOLD)])
    slow: ColumnClause[object] = literal_column("pg_sleep(5)")
    statement = DriverStatement(select(slow))
    for run in (lambda connection: connection.execute(select(slow)), statement.fetch):
        with capture_logs() as lines, database.writing() as connection:
            connection.execute(text("SET LOCAL statement_timeout = '80ms'"))
            with pytest.raises(DBAPIError):
                run(connection)
        (line,) = lines
        assert "pg_sleep(5)" in line["sql"]
    database.dispose()


LOG_OF_A_REQUEST = """
import sys
from sqlalchemy import literal_column, select
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.slow_queries import log_slow_queries
from novacart.adapters.persistence.statements import DriverStatement
from novacart.entrypoints.logs import configure_logs, request_ids

configure_logs(debug=False)
request_ids.set(("of-the-client", "ours"))
database = Database.connect(sys.argv[1], observers=[log_slow_queries(20)])
database.fetch(DriverStatement(select(literal_column(sys.argv[2]))))
"""


def test_slow_statement_of_a_request_is_one_line_of_json_with_its_ids(sqlite_url: str) -> None:
    logged = subprocess.run(
        [sys.executable, "-c", LOG_OF_A_REQUEST, sqlite_url, SLOW["sqlite"]],
        capture_output=True,
        text=True,
        check=True,
    )
    line = json.loads(logged.stderr)
    assert line.pop("milliseconds") >= 20
    assert line.pop("sql").startswith("SELECT (WITH RECURSIVE n(i) AS (SELECT 1")
    assert line.pop("timestamp")
    assert line == {
        "event": "slow_query",
        "level": "warning",
        "logger": "novacart.database",
        "request_id": "of-the-client",
        "server_request_id": "ours",
    }
