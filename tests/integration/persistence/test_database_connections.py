"""Broken connections are replaced."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event
from time import sleep

import psycopg
import pytest
from sqlalchemy import Text, text
from sqlalchemy.exc import ProgrammingError

from novacart.adapters.persistence import database as database_module
from novacart.adapters.persistence import postgresql_engine, sqlite_engine
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.timeouts import NETWORK_TIMEOUT, READ_TIMEOUT, STATEMENT_TIMEOUT
from novacart.application.ports.errors import StorageUnavailable
from tests.support.processes import free_port


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = Database.connect(postgresql_url)
    yield database
    database.dispose()


def terminate_connections(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


SELECT_ONE = DriverStatement(text("SELECT 1"))
SLEEP = DriverStatement(text("SELECT 1 FROM pg_sleep(0.1)"))
SLEEP_WITH_GENERIC_PLAN = DriverStatement(text("SELECT 1 FROM pg_sleep(0.1)"), generic_plan=True)


def select_one(database: Database) -> int:
    with database.reading() as connection:
        value: int = connection.execute(text("SELECT 1")).scalar_one()
    return value


def test_broken_idle_connection_is_replaced(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "_PING_AFTER", 0.0)
    select_one(database)
    terminate_connections(postgresql_url)
    assert select_one(database) == 1


def test_connection_broken_right_after_use_fails_once(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "_PING_AFTER", 3600.0)
    select_one(database)
    terminate_connections(postgresql_url)
    with pytest.raises(StorageUnavailable):
        select_one(database)
    assert select_one(database) == 1


def test_several_broken_connections_fail_once_in_total(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "_PING_AFTER", 3600.0)
    with database.reading() as first, database.reading() as second, database.writing() as third:
        for connection in (first, second, third):
            connection.execute(text("SELECT 1"))
    terminate_connections(postgresql_url)
    with pytest.raises(StorageUnavailable):
        select_one(database)
    assert [select_one(database) for _ in range(4)] == [1, 1, 1, 1]


def write_one(database: Database) -> int:
    with database.writing() as connection:
        value: int = connection.execute(text("SELECT 1")).scalar_one()
        connection.commit()
    return value


def test_broken_idle_connections_for_transactions_are_replaced(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "_PING_AFTER", 0.0)
    with database.writing(), database.writing():
        pass
    terminate_connections(postgresql_url)
    assert [write_one(database) for _ in range(3)] == [1, 1, 1]


def test_several_broken_connections_for_transactions_fail_once_in_total(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_engine, "_PING_AFTER", 3600.0)
    with database.writing(), database.writing(), database.writing():
        pass
    terminate_connections(postgresql_url)
    with pytest.raises(StorageUnavailable), database.writing() as connection:
        SELECT_ONE.fetch(connection)
    with database.writing() as first, database.writing() as second, database.writing() as third:
        for connection in (first, second, third):
            assert SELECT_ONE.fetch(connection) == [(1,)]


def test_connection_is_kept_after_a_transaction_and_discarded_when_broken(
    database: Database, postgresql_url: str
) -> None:
    pid = text("SELECT pg_backend_pid()")
    pids = []
    for _ in range(2):
        with database.writing() as connection:
            pids.append(connection.scalar(pid))
    assert pids[0] == pids[1]
    terminate_connections(postgresql_url)
    with pytest.raises(StorageUnavailable):
        write_one(database)
    assert [write_one(database) for _ in range(2)] == [1, 1]


def test_fetch_replaces_broken_connections(database: Database, postgresql_url: str) -> None:
    for _ in range(2):
        assert database.fetch(SELECT_ONE) == [(1,)]
        terminate_connections(postgresql_url)
    assert database.fetch(SELECT_ONE) == [(1,)]


def test_fetch_without_server_raises() -> None:
    database = Database.connect(f"postgresql+psycopg://shop@127.0.0.1:{free_port()}/shop")
    with pytest.raises(StorageUnavailable):
        database.fetch(SELECT_ONE)


@pytest.mark.parametrize("terminated", ["before the transaction", "in the transaction"])
def test_commit_of_a_later_statement_on_a_broken_connection_fails_once(
    database: Database, postgresql_url: str, terminated: str
) -> None:
    write_one(database)
    with pytest.raises(StorageUnavailable), database.writing() as connection:  # noqa: PT012 (raised at the end of the block)
        if terminated == "in the transaction":
            SELECT_ONE.fetch(connection)
        SELECT_ONE.execute_later(connection)
        terminate_connections(postgresql_url)
        connection.commit()
    with database.writing() as connection:
        SELECT_ONE.execute_later(connection)
        connection.commit()


def test_statement_on_a_broken_connection_in_a_transaction_fails_once(
    database: Database, postgresql_url: str
) -> None:
    with pytest.raises(StorageUnavailable), database.writing() as connection:  # noqa: PT012 (raised at the end of the block)
        SELECT_ONE.fetch(connection)
        terminate_connections(postgresql_url)
        SELECT_ONE.fetch(connection)
    with database.writing() as connection:
        assert SELECT_ONE.fetch(connection) == [(1,)]


def test_fetch_on_many_threads_keeps_few_connections(
    database: Database, postgresql_url: str
) -> None:
    with ThreadPoolExecutor(12) as threads:
        rows = list(threads.map(lambda _: database.fetch(SLEEP), range(12)))
    assert rows == [[(1,)]] * 12
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as connection:
        open_connections = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert open_connections is not None
    assert open_connections[0] <= 7


def test_old_connection_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novacart.adapters.persistence.database.MAX_CONNECTION_AGE", 0)
    pid = DriverStatement(text("SELECT pg_backend_pid()"))
    assert database.fetch(pid) != database.fetch(pid)


ISOLATION = text("SELECT current_setting('transaction_isolation')").columns(level=Text)


def test_first_statement_by_libpq_begins_at_the_isolation_level_of_the_connection(
    database: Database,
) -> None:
    by_libpq = DriverStatement(ISOLATION)
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        with database.engine.execution_options(isolation_level=level).connect() as connection:
            assert by_libpq.fetch(connection) == [(level.lower(),)]
            assert connection.execute(ISOLATION).scalar_one() == level.lower()
    with database.writing() as connection:
        assert by_libpq.fetch(connection) == [("read committed",)]


def test_each_kind_of_connection_has_its_isolation_level(database: Database) -> None:
    by_libpq = DriverStatement(ISOLATION)
    for _ in range(2):
        with database.snapshot() as connection:
            assert by_libpq.fetch(connection) == [("repeatable read",)]
        for opened in (database.reading(), database.writing()):
            with opened as connection:
                assert connection.execute(ISOLATION).scalar_one() == "read committed"
        assert database.fetch(by_libpq) == [("read committed",)]


@pytest.mark.parametrize("generic_plan", [False, True])
def test_generic_plan(database: Database, *, generic_plan: bool) -> None:
    statement = DriverStatement(
        text("SELECT 1 FROM pg_class WHERE relname = :name"), generic_plan=generic_plan
    )
    plans = DriverStatement(
        text(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE 'SELECT 1 FROM pg_class%'"
        ),
        generic_plan=generic_plan,
    )
    for _ in range(3):
        database.fetch(statement, {"name": "pg_class"})
    assert database.fetch(plans) == [(3, 0) if generic_plan else (0, 3)]


@pytest.mark.parametrize("generic_plan", [False, True])
def test_reads_of_customers_start_no_parallel_workers(
    database: Database, *, generic_plan: bool
) -> None:
    setting = DriverStatement(
        text("SELECT current_setting('max_parallel_workers_per_gather')").columns(value=Text),
        generic_plan=generic_plan,
    )
    assert database.fetch(setting) == [("0",)]


@pytest.mark.parametrize("generic_plan", [False, True])
def test_reads_of_customers_are_not_compiled(database: Database, *, generic_plan: bool) -> None:
    setting = DriverStatement(
        text("SELECT current_setting('jit')").columns(value=Text), generic_plan=generic_plan
    )
    assert database.fetch(setting) == [("off",)]


@pytest.mark.parametrize("generic_plan", [False, True])
def test_reads_of_customers_are_not_sorted_incrementally(
    database: Database, *, generic_plan: bool
) -> None:
    setting = DriverStatement(
        text("SELECT current_setting('enable_incremental_sort')").columns(value=Text),
        generic_plan=generic_plan,
    )
    assert database.fetch(setting) == [("off",)]


def test_only_statements_of_background_processes_do_not_wait_for_the_disk(
    postgresql_url: str,
) -> None:
    database = Database.connect(postgresql_url)
    mark = DriverStatement(text("INSERT INTO marks SELECT current_setting('synchronous_commit')"))
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE marks (mark TEXT)"))
        mark.execute(connection)
        connection.commit()
    database.execute([(mark, {}), (mark, {})])
    assert database.fetch(DriverStatement(text("SELECT mark FROM marks"))) == [
        ("on",),
        ("off",),
        ("off",),
    ]
    database.dispose()


def test_fetch_returns_its_connection_after_an_error(database: Database) -> None:
    for _ in range(30):
        with pytest.raises(ProgrammingError):
            database.fetch(DriverStatement(text("SELECT no_such_column")))
    assert database.fetch(SELECT_ONE) == [(1,)]


def test_writing_on_a_connection_used_for_reading_starts_a_transaction(database_url: str) -> None:
    database = Database.connect(database_url, pool_size=1)
    try:
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE marks (mark INTEGER)"))
            connection.commit()
        select_one(database)
        with database.writing() as connection:
            connection.execute(text("INSERT INTO marks VALUES (1)"))
        with database.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM marks")).scalar_one() == 0
    finally:
        database.dispose()


def test_only_reads_have_a_short_timeout_by_default(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_timeout = database_module._set_timeout
    monkeypatch.setattr(
        database_module,
        "_set_timeout",
        lambda seconds: set_timeout(seconds).replace(f"'{READ_TIMEOUT}s'", "'0.05s'"),
    )
    # All use the same connection in turn.
    database = Database.connect(postgresql_url, pool_size=1, max_overflow=0)
    for _ in range(2):
        with pytest.raises(StorageUnavailable), database.reading() as connection:
            SLEEP.fetch(connection)
        for opened in (
            database.writing(),
            database.reading(seconds=STATEMENT_TIMEOUT),
            database.snapshot(),
        ):
            with opened as connection:
                assert SLEEP.fetch(connection) == [(1,)]
        for statement in (SLEEP, SLEEP_WITH_GENERIC_PLAN):
            with pytest.raises(StorageUnavailable):
                database.fetch(statement)
    database.dispose()


def test_fetch_on_sqlite_ends_a_long_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = DriverStatement(
        text(
            "WITH RECURSIVE numbers (n) AS"
            " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)"
            " SELECT count(*) FROM numbers"
        )
    )
    database = Database.connect(f"sqlite:///{tmp_path}/shop.sqlite3")
    assert database.fetch(count) == [(100_000,)]
    monkeypatch.setattr(sqlite_engine, "READ_TIMEOUT", 0)
    with pytest.raises(StorageUnavailable):
        database.fetch(count)
    assert database.fetch(SELECT_ONE) == [(1,)]
    database.dispose()


@pytest.mark.parametrize("transaction_pooling", [False, True])
def test_server_that_acknowledges_nothing_is_given_up(
    postgresql_url: str, *, transaction_pooling: bool
) -> None:
    """Without privileges a test can't drop packets, so it reads the options of the connections."""
    database = Database.connect(postgresql_url, transaction_pooling=transaction_pooling)
    database.fetch(SELECT_ONE)
    with database.reading() as reading, database.writing() as writing:
        drivers = [each.connection.dbapi_connection for each in (reading, writing)]
        for driver in (database._readers._idle[0].driver, *drivers):
            given = driver.info.get_parameters()
            assert int(given["tcp_user_timeout"]) == NETWORK_TIMEOUT * 1000
            probes = int(given["keepalives_interval"]) * int(given["keepalives_count"])
            assert int(given["keepalives_idle"]) + probes < NETWORK_TIMEOUT + READ_TIMEOUT
            assert given.get("keepalives", "1") == "1"
    database.dispose()


def test_server_that_accepts_a_connection_and_does_not_answer_is_unavailable() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        database = Database.connect(f"postgresql+psycopg://127.0.0.1:{port}/shop")
        with pytest.raises(StorageUnavailable):
            database.fetch(SELECT_ONE)
        database.dispose()


def test_idle_connections_for_transactions_are_returned_when_readers_need_them(
    database_url: str,
) -> None:
    database = Database.connect(database_url, pool_size=2, max_overflow=2)
    # Without the connections of writers, the pool would wait.
    database.engine.pool._timeout = 0.0  # type: ignore[attr-defined]
    try:
        for _ in range(2):
            with ExitStack() as stack:
                # Several writers at once are possible on PostgreSQL only.
                for _ in range(1 if database.dialect == "sqlite" else 3):
                    stack.enter_context(database.writing())
            with ExitStack() as stack:
                for _ in range(4):
                    reader = stack.enter_context(database.reading())
                    assert reader.scalar(text("SELECT 1")) == 1
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(database.reading())
            write_one(database)
            # The fourth connection, which the writer has left.
            assert database.fetch(SELECT_ONE) == [(1,)]
    finally:
        database.dispose()


def test_connection_is_not_kept_while_all_are_in_use(database_url: str) -> None:
    database = Database.connect(database_url, pool_size=1, max_overflow=1)
    started, written = Event(), Event()

    def write() -> None:
        with database.writing():
            started.set()
            written.wait(60)

    def read() -> int:
        with database.reading():
            return select_one(database)

    try:
        with ThreadPoolExecutor(2) as threads:
            writer = threads.submit(write)
            assert started.wait(60)
            reader = threads.submit(read)
            while database.engine.pool.checkedout() < 2:  # type: ignore[attr-defined]
                sleep(0.001)
            # The reader waits for its second connection until the writer has ended.
            written.set()
            writer.result(60)
            assert reader.result(60) == 1
    finally:
        database.dispose()
