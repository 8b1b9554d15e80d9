"""Migrations make exactly the schema that the code's tables describe, and undo it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import current, downgrade, heads, upgrade
from novacart.adapters.persistence.schema import belongs, complete_metadata

Schema = dict[str, list[str]]

# Every object of the schema in PostgreSQL's own words.
_POSTGRESQL = (
    """SELECT 'column ' || table_name || '.' || column_name, concat_ws(' ', data_type,
        character_maximum_length, is_nullable, column_default)
        FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT 'constraint ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal""",
    """SELECT 'function ' || proname, prosrc FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
    """SELECT 'sequence ' || sequencename, concat_ws(' ', start_value, increment_by)
        FROM pg_sequences WHERE schemaname = 'public'""",
)
_SQLITE = ("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master",)


def schema(database: Database) -> Schema:
    """What is there, by name; a table's own lines in any order, since that means nothing."""
    audit_checks = _POSTGRESQL if database.dialect == "postgresql" else _SQLITE
    with database.reading() as connection:
        return {
            name: sorted(_plain(line) for line in said.splitlines())
            for question in audit_checks
            for name, said in connection.execute(text(question))
            if "alembic_version" not in name
        }


def _plain(line: str) -> str:
    # SQLite keeps an index's parentheses as they were written, one pair or two.
    return line.strip().rstrip(",").replace("((", "(").replace("))", ")")


@pytest.fixture
def migrated(database_url: str) -> Iterator[Database]:
    downgrade(database_url, "base")
    upgrade(database_url)
    database = Database.connect(database_url)
    yield database
    database.dispose()


def create_from_the_tables(connection: Connection) -> None:
    tables = complete_metadata()
    ours = [table for table in tables.sorted_tables if belongs(table, connection.dialect.name)]
    tables.create_all(connection, tables=ours)


def test_the_migrated_schema_is_what_the_tables_describe(
    migrated: Database, database_url: str
) -> None:
    by_migration = schema(migrated)
    downgrade(database_url, "base")
    with migrated.writing() as connection:
        create_from_the_tables(connection)
        connection.commit()
    assert by_migration == schema(migrated)


def test_up_down_up_ends_where_it_began_and_down_leaves_nothing(
    migrated: Database, database_url: str
) -> None:
    before = schema(migrated)
    assert before
    downgrade(database_url, "base")
    assert schema(migrated) == {}
    upgrade(database_url)
    assert schema(migrated) == before


def test_there_is_one_newest_revision_and_upgrading_reaches_it(migrated: Database) -> None:
    assert len(heads()) == 1
    with migrated.reading() as connection:
        assert current(connection) == heads()


def test_upgrading_again_changes_nothing(migrated: Database, database_url: str) -> None:
    before = schema(migrated)
    upgrade(database_url)
    assert schema(migrated) == before


def test_processes_that_start_at_once_take_turns(migrated: Database, database_url: str) -> None:
    downgrade(database_url, "base")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: upgrade(database_url), range(4)))
    assert "constraint pk_users" in schema(migrated) or "table users" in schema(migrated)


def test_each_kind_of_database_counts_identities_in_its_own_way(migrated: Database) -> None:
    found = schema(migrated)
    assert ("table identity_counter" in found) == (migrated.dialect == "sqlite")
    assert ("sequence identities" in found) == (migrated.dialect == "postgresql")
