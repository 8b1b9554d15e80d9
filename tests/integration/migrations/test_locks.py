"""Migrations of PostgreSQL while the database is in use."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from novacart.adapters.persistence import migrate
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.online_changes import (
    create_index_concurrently,
    set_timeouts,
    validate_constraint,
)
from novacart.adapters.persistence.revisions import current, heads
from novacart.application.ports.errors import StorageUnavailable


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = Database.connect(postgresql_url)
    yield database
    database.dispose()


@pytest.fixture(autouse=True)
def _short_lock_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novacart.adapters.persistence.online_changes.MIGRATION_LOCK_TIMEOUT", 1)


@contextmanager
def transaction_that_reads_products(database: Database) -> Iterator[Connection]:
    with database.writing() as connection:
        connection.execute(text("SELECT count(*) FROM products"))
        yield connection


def revisions(database: Database) -> tuple[str, ...]:
    with database.reading() as connection:
        return current(connection)


def test_blocked_migration_changes_nothing_and_names_the_oldest_transaction(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_RETRY_DELAYS", (0.1,))
    downgrade(postgresql_url, "0004")
    with transaction_that_reads_products(database) as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with pytest.raises(StorageUnavailable, match="in 2 attempts") as raised:
            upgrade(postgresql_url)
        assert f"pid {pid} (idle in transaction, " in str(raised.value)
    assert revisions(database) == ("0004",)
    upgrade(postgresql_url)
    assert revisions(database) == heads()


def test_migration_is_repeated_until_it_gets_its_locks(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    downgrade(postgresql_url, "0004")
    with transaction_that_reads_products(database) as connection:
        # The transaction ends during the first pause.
        monkeypatch.setattr(migrate, "sleep", lambda _: connection.rollback())
        upgrade(postgresql_url)
    assert revisions(database) == heads()


def test_requests_are_answered_while_a_migration_is_blocked(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_RETRY_DELAYS", (0.5,))
    downgrade(postgresql_url, "0004")
    with transaction_that_reads_products(database), ThreadPoolExecutor(1) as pool:
        migrating = pool.submit(upgrade, postgresql_url)
        while not migrating.done():
            # Raises if it waits for as long as the lock timeout of an ordinary transaction.
            with database.reading() as connection:
                connection.execute(text("SELECT count(*) FROM products"))
        assert isinstance(migrating.exception(), StorageUnavailable)


def test_second_migration_waits_for_the_first(
    database: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as connection:
        assert migrate._try_lock(connection)
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(upgrade, postgresql_url)
            with pytest.raises(TimeoutError):
                second.result(timeout=1)
            connection.rollback()
            second.result(timeout=20)
    with database.writing() as connection:
        assert migrate._try_lock(connection)
        monkeypatch.setattr(migrate, "_MAX_WAIT", 0.5)
        with pytest.raises(StorageUnavailable, match="Another migration"):
            upgrade(postgresql_url)


@contextmanager
def operations(database: Database) -> Iterator[Connection]:
    """A connection on which the operations of Alembic run, as in a migration."""
    with database.writing() as connection:
        set_timeouts(connection)
        context = MigrationContext.configure(connection, opts={"transactional_ddl": False})
        with Operations.context(context):
            yield connection
        connection.commit()


def write_products(connection: Connection) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '300ms'"))
    connection.execute(text("UPDATE products SET title = title"))


def write_while_an_index_is_created(database: Database, create: Callable[..., None]) -> None:
    """Write the table while the index waits for an older transaction that has written it."""

    def create_index() -> None:
        with operations(database):
            create("ix_new", "products", ["title"])

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as older:
            write_products(older)
            creating = pool.submit(create_index)
            with pytest.raises(TimeoutError):
                creating.result(timeout=0.5)
            with database.writing() as newer:
                write_products(newer)
        creating.result(timeout=20)


def test_index_is_created_while_a_transaction_writes_the_table(database: Database) -> None:
    # An ordinary index blocks the table until the older transaction ends.
    with pytest.raises(StorageUnavailable):
        write_while_an_index_is_created(database, op.create_index)
    with operations(database) as connection:
        # On a busy machine it was not created either.
        connection.execute(text("DROP INDEX IF EXISTS ix_new"))
    write_while_an_index_is_created(database, create_index_concurrently)
    with database.reading() as connection:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_new'::regclass"
        assert connection.scalar(text(valid)) is True


def test_interrupted_index_is_created_again_with_the_timeouts_restored(database: Database) -> None:
    with operations(database) as connection:
        create_index_concurrently("ix_new", "products", ["title"])
        create_index_concurrently("ix_new", "products", ["title", "id"])
        assert connection.scalar(text("SHOW lock_timeout")) == "1s"
        assert connection.in_transaction()
    with database.writing() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "10s"
        columns = "SELECT indnatts FROM pg_index WHERE indexrelid = 'ix_new'::regclass"
        assert connection.scalar(text(columns)) == 2


def test_constraint_is_validated_after_it_was_added_without_a_scan(database: Database) -> None:
    with operations(database) as connection:
        connection.execute(
            text("ALTER TABLE products ADD CONSTRAINT ck_new CHECK (price_minor >= 0) NOT VALID")
        )
        validate_constraint("products", "ck_new")
    with database.reading() as connection:
        validated = "SELECT convalidated FROM pg_constraint WHERE conname = 'ck_new'"
        assert connection.scalar(text(validated)) is True
