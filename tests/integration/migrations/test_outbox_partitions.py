"""The outbox becomes partitioned while the release before works with it."""

from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy.engine import make_url

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.outbox.partitions import OutboxPartitions
from tests.support.contracts.outbox import LATER, NOON

BEFORE: Final = "0035-1"
# Statements of the release before.
INSERT: Final = """
    INSERT INTO outbox_messages
        (name, version, payload, actor, request_id, occurred_at, next_attempt_at)
    VALUES ('test.event', 1, '{}', 'system', NULL, %(at)s, %(at)s) RETURNING id
"""
CLAIM: Final = """
    WITH due AS (
        SELECT id, attempts FROM outbox_messages
        WHERE state = 'pending' AND next_attempt_at <= %(at)s AND attempts = 0
        ORDER BY next_attempt_at, id LIMIT 10 FOR UPDATE SKIP LOCKED)
    UPDATE outbox_messages SET attempts = attempts + 1, next_attempt_at = %(until)s
    WHERE id IN (SELECT id FROM due)
    RETURNING id, name, version, payload, actor, request_id, occurred_at, state, attempts,
        next_attempt_at, reacted, settled_at, last_error
"""
COMPLETE: Final = """
    UPDATE outbox_messages SET state = 'handled', settled_at = %(at)s, last_error = NULL
    WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'pending'
"""
PRUNE: Final = "DELETE FROM outbox_messages WHERE state = 'handled' AND settled_at < %(before)s"


@pytest.fixture
def older_release(postgresql_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that prepares each statement at its first use."""
    downgrade(postgresql_url, BEFORE)
    address = make_url(postgresql_url).set(drivername="postgresql")
    with psycopg.connect(
        address.render_as_string(hide_password=False), autocommit=True, prepare_threshold=0
    ) as connection:
        yield connection


def deliver(connection: psycopg.Connection[Any]) -> list[int]:
    """Deliver a new message and those that wait, as the release before does."""
    connection.execute(INSERT, {"at": NOON})
    rows = connection.execute(CLAIM, {"at": NOON, "until": LATER}).fetchall()
    for row in rows:
        assert connection.execute(COMPLETE, {"id": row[0], "attempts": row[8], "at": NOON}).rowcount
    return sorted(row[0] for row in rows)


def test_release_before_goes_on_with_the_connections_that_it_has(
    older_release: psycopg.Connection[Any], postgresql_url: str
) -> None:
    assert deliver(older_release) == [1]
    older_release.execute(INSERT, {"at": NOON})
    upgrade(postgresql_url, "0035")
    assert deliver(older_release) == [2, 3]
    older_release.execute(INSERT, {"at": NOON})
    upgrade(postgresql_url, "0036")
    assert deliver(older_release) == [4, 5]
    assert older_release.execute(PRUNE, {"before": LATER}).rowcount == 5


def test_messages_survive_the_migration_and_the_way_back(
    older_release: psycopg.Connection[Any], postgresql_url: str
) -> None:
    older_release.execute(INSERT, {"at": NOON})
    upgrade(postgresql_url)
    database = Database.connect(postgresql_url)
    OutboxPartitions(database).create(at=NOON)
    database.dispose()
    older_release.execute(INSERT, {"at": LATER.replace(month=LATER.month + 1)})
    downgrade(postgresql_url, BEFORE)
    assert older_release.execute("SELECT id FROM outbox_messages ORDER BY id").fetchall() == [
        (1,),
        (2,),
    ]
    assert deliver(older_release) == [1, 3]
