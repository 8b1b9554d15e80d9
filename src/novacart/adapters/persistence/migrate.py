"""Run the Alembic migrations, also from an installed wheel."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from novacart.adapters.persistence.database import Database

# A wheel contains the project's migrations next to this module.
_PACKAGED: Final = Path(__file__).parent / "migrations"
_SCRIPTS: Final = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[4] / "migrations"
_LOCK: Final = 7_110_001  # an arbitrary number for the advisory lock


def upgrade(url: str, revision: str = "head") -> None:
    """Apply missing migrations in one transaction; concurrent calls wait for each other.

    Raises `StorageUnavailable` if the database can't be reached.
    """
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Downgrade to `revision`; `base` is an empty database."""
    _run(url, lambda config: command.downgrade(config, revision))


def heads() -> tuple[str, ...]:
    """Return the newest revisions of the code: one, unless branches were not merged."""
    return tuple(ScriptDirectory.from_config(configuration()).get_heads())


def current(connection: Connection) -> tuple[str, ...]:
    """Return the revisions of the database; none before the first migration."""
    return tuple(MigrationContext.configure(connection).get_current_heads())


def configuration() -> Config:
    """Return an Alembic configuration for the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _run(url: str, migrate: Callable[[Config], None]) -> None:
    database = Database.connect(url, pool_size=1)
    try:
        with database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            config = configuration()
            config.attributes["connection"] = connection
            migrate(config)
            connection.commit()
    finally:
        database.dispose()
