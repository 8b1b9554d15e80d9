"""Errors of the database that an operator has to correct are named."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.application.ports.errors import StorageUnavailable

READ_ONLY = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.connect(database_url)
    yield database
    database.dispose()


def write(database: Database, *statements: str) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_read_only_database_is_named(database: Database) -> None:
    with pytest.raises(StorageUnavailable, match=r"The database is read-only\."):
        write(database, READ_ONLY[database.dialect], "DELETE FROM attempts")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_full_disk_is_named(database: Database) -> None:
    too_large = "CREATE TABLE large AS SELECT randomblob(1000000) AS content"
    with pytest.raises(StorageUnavailable, match=r"The disk of the database is full\."):
        write(database, "PRAGMA max_page_count = 1", too_large)
