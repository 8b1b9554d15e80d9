"""Run the Alembic migrations, also from an installed wheel."""

from collections.abc import Callable
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import func, select

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.revisions import SCRIPTS

_LOCK: Final = 7_110_001  # an arbitrary number for the advisory lock


def upgrade(url: str, revision: str = "head") -> None:
    """Apply missing migrations in one transaction; concurrent calls wait for each other.

    Raises `StorageUnavailable` if the database can't be reached.
    """
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Downgrade to `revision`; `base` is an empty database."""
    _run(url, lambda config: command.downgrade(config, revision))


def configuration() -> Config:
    """Return an Alembic configuration for the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
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
