"""Connections that broke while nobody looked."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from novacart.adapters.persistence import postgresql_engine as module
from novacart.adapters.persistence.database import Database
from novacart.application.ports.errors import StorageUnavailable


@pytest.fixture
def shop(postgresql_url: str) -> Iterator[Database]:
    database = Database.connect(postgresql_url)
    yield database
    database.dispose()


def cut_all(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def ask(database: Database) -> int:
    with database.reading() as connection:
        answer: int = connection.execute(text("SELECT 1")).scalar_one()
    return answer


def test_a_connection_that_was_cut_while_it_rested_is_replaced_unseen(
    shop: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FRESH", 0.0)
    ask(shop)
    cut_all(postgresql_url)
    assert ask(shop) == 1


def test_one_that_was_cut_right_after_its_last_use_costs_one_refusal_and_no_second(
    shop: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FRESH", 3600.0)
    ask(shop)
    cut_all(postgresql_url)
    with pytest.raises(StorageUnavailable):
        ask(shop)
    assert ask(shop) == 1


def test_cutting_costs_one_refusal_however_many_connections_rested(
    shop: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FRESH", 3600.0)
    with shop.reading() as one, shop.reading() as another, shop.writing() as third:
        for connection in (one, another, third):
            connection.execute(text("SELECT 1"))
    cut_all(postgresql_url)
    with pytest.raises(StorageUnavailable):
        ask(shop)
    assert [ask(shop) for _ in range(4)] == [1, 1, 1, 1]


def test_a_write_begins_anew_on_a_connection_that_was_read_with(database_url: str) -> None:
    database = Database.connect(database_url, pool_size=1)
    try:
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE marks (mark INTEGER)"))
            connection.commit()
        ask(database)
        with database.writing() as connection:
            connection.execute(text("INSERT INTO marks VALUES (1)"))
        with database.reading() as connection:
            assert connection.execute(text("SELECT count(*) FROM marks")).scalar_one() == 0
    finally:
        database.dispose()
