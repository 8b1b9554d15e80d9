"""Broken connections are replaced."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from novacart.adapters.persistence import postgresql_engine
from novacart.adapters.persistence.database import Database
from novacart.application.ports.errors import StorageUnavailable


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
