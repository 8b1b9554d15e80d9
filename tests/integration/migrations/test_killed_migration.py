"""A migration that is killed at any statement leaves the old schema, and the next one succeeds."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import LiteralString

import psycopg
import pytest

from novacart.adapters.persistence.backup import is_empty, scratch_database
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.revisions import current, heads
from tests.support.processes import TIMEOUT

# Kills its own process before the statement with the number in the second argument.
MIGRATE = """
import itertools, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from novacart.adapters.persistence.migrate import upgrade

numbers = itertools.count(1)

@event.listens_for(Engine, "before_cursor_execute")
def kill(*_):
    if next(numbers) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(sys.argv[1])
"""


@pytest.mark.parametrize("statement", [8, 60, 120])
def test_killed_migration_leaves_the_old_schema(database_url: str, statement: int) -> None:
    with scratch_database(database_url) as url:
        killed = subprocess.run(
            [sys.executable, "-c", MIGRATE, url, str(statement)], capture_output=True, check=False
        )
        assert killed.returncode == -9, killed.stderr
        assert is_empty(url)
        upgrade(url)
        assert revisions(url) == heads()


def test_update_that_is_killed_while_it_creates_an_index_is_continued(postgresql_url: str) -> None:
    downgrade(postgresql_url, "0043")
    url = postgresql_url.replace("+psycopg", "")
    with closing(psycopg.connect(url, autocommit=True)) as shop, psycopg.connect(url) as older:
        # The index is invalid until older snapshots have ended.
        older.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        older.execute("SELECT 1")
        with subprocess.Popen([sys.executable, "-c", MIGRATE, postgresql_url, "0"]) as killed:
            deadline = time.monotonic() + TIMEOUT
            while not invalid_indexes(shop):
                assert time.monotonic() < deadline
                assert killed.poll() is None
                time.sleep(0.05)
            killed.kill()
        with ThreadPoolExecutor(1) as pool:
            repeated = pool.submit(upgrade, postgresql_url)
            with pytest.raises(TimeoutError):
                repeated.result(timeout=1)
            older.rollback()
            repeated.result(timeout=TIMEOUT)
        assert invalid_indexes(shop) == 0
    assert revisions(postgresql_url) == heads()


def test_update_is_repeated_if_another_session_changes_its_index(postgresql_url: str) -> None:
    """Such as the server, which finishes an index after the update that asked for it was killed."""
    downgrade(postgresql_url, "0043")
    url = postgresql_url.replace("+psycopg", "")
    with (
        closing(psycopg.connect(url, autocommit=True)) as shop,
        psycopg.connect(url) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        shop.execute("CREATE INDEX ix_products_default_variant ON products (id)")
        other.execute(
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'ix_products_default_variant'::regclass"
        )
        updated = pool.submit(upgrade, postgresql_url)
        deadline = time.monotonic() + TIMEOUT
        while not count(shop, "SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        other.commit()
        updated.result(timeout=TIMEOUT)
    assert revisions(postgresql_url) == heads()


def revisions(url: str) -> tuple[str, ...]:
    database = Database.connect(url)
    try:
        with database.reading() as connection:
            return current(connection)
    finally:
        database.dispose()


def invalid_indexes(connection: psycopg.Connection) -> int:
    return count(connection, "SELECT count(*) FROM pg_index WHERE NOT indisvalid")


def count(connection: psycopg.Connection, statement: LiteralString) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])
