"""Bringing a database up to date with the code, from wherever the package is installed."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from novacart.adapters.persistence.database import Database

# A built package carries the project's migrations beside this module.
_PACKAGED: Final = Path(__file__).parent / "migrations"
_SCRIPTS: Final = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[4] / "migrations"
_LOCK: Final = 7_110_001  # an advisory lock's number: any will do that is nobody else's


def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing, all or nothing. Processes that start at once take turns.

    Raises `StorageUnavailable` where the database can't be reached.
    """
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Go back to `revision`; `base` is an empty database."""
    _run(url, lambda config: command.downgrade(config, revision))


def heads() -> tuple[str, ...]:
    """The newest revisions that this code knows: one, unless somebody forgot to merge."""
    return tuple(ScriptDirectory.from_config(configuration()).get_heads())


def current(connection: Connection) -> tuple[str, ...]:
    """The revisions that the database is at; none for one that was never migrated."""
    return tuple(MigrationContext.configure(connection).get_current_heads())


def configuration() -> Config:
    """Alembic, pointed at the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _run(url: str, step: Callable[[Config], None]) -> None:
    database = Database.connect(url, pool_size=1)
    try:
        with database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            config = configuration()
            config.attributes["connection"] = connection
            step(config)
            connection.commit()
    finally:
        database.dispose()
