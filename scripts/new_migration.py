"""Draft the next migration: the difference between the tables in the code and the last migration.

    .venv/bin/python -m scripts.new_migration "add a column to carts"

Review the draft and add data migrations by hand. Alembic does not detect special DDL: full-text
search, triggers, sequences, indexes of expressions, and what only PostgreSQL has.
"""

import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from novacart.adapters.persistence import migrate, revisions
from novacart.adapters.persistence.database import Database


def draft(message: str) -> str:
    """Write the draft to `migrations/versions`; return its path."""
    (newest,) = revisions.heads()
    with migrated_database() as config:
        written: Any = command.revision(
            config, message, autogenerate=True, rev_id=f"{int(newest) + 1:04}"
        )
    return str(written.path)


@contextmanager
def migrated_database() -> Iterator[Config]:
    """Connect Alembic to a new SQLite database with the last migration."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        url = f"sqlite:///{Path(folder) / 'draft.db'}"
        migrate.upgrade(url)
        database = Database.connect(url, pool_size=1)
        config = migrate.configuration()
        with database.reading() as connection:
            config.attributes["connection"] = connection
            yield config
        database.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 (the script and its one argument)
        sys.exit('Usage: python -m scripts.new_migration "add a column to carts"')
    print(draft(sys.argv[1]))
