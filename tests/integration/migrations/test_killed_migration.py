"""A migration that is killed at any statement leaves the old schema, and the next one succeeds."""

import subprocess
import sys

import pytest

from novacart.adapters.persistence.backup import is_empty, scratch_database
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import upgrade
from novacart.adapters.persistence.revisions import current, heads

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
        database = Database.connect(url)
        try:
            with database.reading() as connection:
                assert current(connection) == heads()
        finally:
            database.dispose()
