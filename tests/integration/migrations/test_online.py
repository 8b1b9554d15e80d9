"""Migrations of a running shop: no long lock, and the release before goes on working."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect
from sqlalchemy.engine import Engine

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import configuration, downgrade, upgrade
from tests.support.migration_locks import Sent, violations

# Revisions up to this one lock tables: their release stops the shop for seconds. 0015 renames the
# keys of stock, carts and orders, so the release before must be stopped.
BASELINE: Final = "0015"

# Violations of later revisions that were reviewed, as (revision, beginning of the violation). A
# comment says why the table is small, or in which release its last use was removed.
REVIEWED: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        # A shop has few categories.
        ("0021", "creates an index without CONCURRENTLY: CREATE INDEX ix_categories_parent_id"),
        ("0021", "adds a column with a constraint, which scans the table: ALTER TABLE categories"),
        # A partitioned table takes the name in the same transaction. The indexes are those of the
        # new table, which is empty; test_outbox_partitions.py runs the release before.
        ("0036", "removes what the release before uses: ALTER TABLE outbox_messages RENAME TO"),
        ("0036", "creates an index without CONCURRENTLY: CREATE INDEX ix_outbox_messages_"),
        # The table has one row for each kind of check.
        ("0047", "changes all rows in one statement: UPDATE check_results"),
    }
)


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = Database.connect(postgresql_url)
    yield database
    database.dispose()


def revisions_after(revision: str) -> list[str]:
    scripts = ScriptDirectory.from_config(configuration())
    return [each.revision for each in scripts.walk_revisions(revision, "heads")][-2::-1]


def violations_of(database: Database, url: str, revision: str) -> list[str]:
    """Upgrade to `revision` and return the rules that its statements violate."""
    with database.reading() as connection:
        existing = frozenset(inspect(connection).get_table_names()) - {"alembic_version"}
    sent: list[Sent] = []

    def record(
        connection: Any,  # noqa: ANN401 (SQLAlchemy's six arguments)
        _cursor: object,
        sql: str,
        parameters: object,
        *_: object,
    ) -> None:
        isolation_level = connection.get_execution_options().get("isolation_level")
        sent.append(Sent(sql, bool(parameters), in_transaction=isolation_level != "AUTOCOMMIT"))

    event.listen(Engine, "before_cursor_execute", record)
    try:
        upgrade(url, revision)
    finally:
        event.remove(Engine, "before_cursor_execute", record)
    assert sent
    return list(violations(sent, existing))


def test_later_migrations_lock_no_table_and_break_no_older_release(
    database: Database, postgresql_url: str
) -> None:
    downgrade(postgresql_url, BASELINE)
    unreviewed = [
        (revision, violation)
        for revision in revisions_after(BASELINE)
        for violation in violations_of(database, postgresql_url, revision)
        if not any(
            revision == reviewed and violation.startswith(beginning)
            for reviewed, beginning in REVIEWED
        )
    ]
    assert unreviewed == []


def test_locks_of_older_migrations_are_found(database: Database, postgresql_url: str) -> None:
    downgrade(postgresql_url, "0012")
    found = {
        revision: " ".join(violations_of(database, postgresql_url, revision))
        for revision in revisions_after("0012")[:2]
    }
    assert "creates an index without CONCURRENTLY: CREATE INDEX ix_payments" in found["0013"]
    assert "locks a table: LOCK TABLE products" in found["0014"]
    assert "brand_counts" not in found["0014"]
