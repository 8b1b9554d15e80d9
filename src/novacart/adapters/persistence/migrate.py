"""Run the Alembic migrations, also from an installed wheel."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Final

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import InternalError

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.online_changes import set_timeouts
from novacart.adapters.persistence.revisions import SCRIPTS, current, is_later, known
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import ConcurrentChange

_LOCK: Final = 7_110_001  # an arbitrary number for the advisory lock
_MAX_WAIT: Final = 900.0
_POLL_INTERVAL: Final = 0.2
# Seconds between attempts to lock a table. Other transactions run meanwhile.
_RETRY_DELAYS: Final = (1.0, 2.0, 5.0, 10.0, 20.0)
_LOCK_NOT_AVAILABLE: Final = "55P03"
_BLOCKED: Final = (StorageUnavailable, ConcurrentChange, InternalError)
# PostgreSQL has no code for this error: another session has changed the same row of its catalog.
# The server still creates an index if the process that asked for it was killed.
_CATALOG_CHANGED: Final = "tuple concurrently updated"
_OLDEST_TRANSACTIONS: Final = text("""
    SELECT pid, state, extract(epoch FROM now() - xact_start)::int AS seconds
    FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
    ORDER BY xact_start LIMIT 3
""")

_log = structlog.get_logger("novacart.migrate")


def upgrade(url: str, revision: str = "head") -> None:
    """Apply missing migrations in one transaction; concurrent calls wait for each other.

    Changes nothing if a later release has migrated the database: this one works with its schema.

    On PostgreSQL a statement that can't lock its table within `MIGRATION_LOCK_TIMEOUT` ends the
    transaction, and it is repeated after a pause: requests of customers queue behind a waiting
    ALTER TABLE. Raises `StorageUnavailable` if the database can't be reached, if the last attempt
    fails, or if another migration does not end.
    """

    def migrate(config: Config) -> None:
        revisions = current(config.attributes["connection"])
        if is_later(revisions, known()):
            _log.warning("schema_of_later_release", revisions=revisions)
            return
        command.upgrade(config, revision)

    _run(url, migrate)


def downgrade(url: str, revision: str) -> None:
    """Downgrade to `revision`; `base` is an empty database."""
    _run(url, lambda config: command.downgrade(config, revision))


def configuration() -> Config:
    """Return an Alembic configuration for the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _run(url: str, migrate: Callable[[Config], None]) -> None:
    database = Database.connect(url, pool_size=2)
    try:
        if database.dialect == "postgresql":
            with _only_migration(database):
                _attempt_repeatedly(database, migrate)
        else:
            _attempt(database, migrate)
    finally:
        database.dispose()


def _attempt(database: Database, migrate: Callable[[Config], None]) -> None:
    with database.writing() as connection:
        set_timeouts(connection)
        config = configuration()
        config.attributes["connection"] = connection
        migrate(config)
        connection.commit()


def _attempt_repeatedly(database: Database, migrate: Callable[[Config], None]) -> None:
    for delay in _RETRY_DELAYS:
        try:
            return _attempt(database, migrate)
        except _BLOCKED as error:
            if not _is_blocked(error):
                raise
        _log.warning("migration_blocked", retry_after=delay, by=_oldest_transactions(database))
        sleep(delay)
    try:
        return _attempt(database, migrate)
    except _BLOCKED as error:
        if not _is_blocked(error):
            raise
        message = (
            f"Other transactions blocked the migration in {len(_RETRY_DELAYS) + 1} attempts. Open"
            " transactions:"
            f" {_oldest_transactions(database) or 'none'}. End the oldest, for example with"
            " SELECT pg_terminate_backend(pid), and run `novacart migrate` again."
        )
        raise StorageUnavailable(message) from error


def _is_blocked(error: Exception) -> bool:
    """Whether another session was in the way.

    A statement waited too long for a lock, the transaction was in a deadlock, or both changed the
    same index.
    """
    if isinstance(error, InternalError):
        return _CATALOG_CHANGED in str(error.orig)
    driver_error = getattr(error.__cause__, "orig", None)
    state = getattr(driver_error, "sqlstate", None)
    return isinstance(error, ConcurrentChange) or state == _LOCK_NOT_AVAILABLE


def _oldest_transactions(database: Database) -> str:
    with database.reading() as connection:
        rows = connection.execute(_OLDEST_TRANSACTIONS).all()
    return ", ".join(f"pid {row.pid} ({row.state}, {row.seconds} s)" for row in rows)


@contextmanager
def _only_migration(database: Database) -> Iterator[None]:
    """Hold the advisory lock on a connection of its own, so that a migration can commit a part.

    Waiting in the database would block the other migration's CREATE INDEX CONCURRENTLY, which
    waits for the snapshots of all running statements.
    """
    deadline = monotonic() + _MAX_WAIT
    while True:
        with database.writing() as connection:
            if _try_lock(connection):
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                yield
                return
        if monotonic() > deadline:
            message = (
                f"Another migration has been running for {_MAX_WAIT / 60:.0f} minutes. Run"
                " `novacart migrate` again when it has ended."
            )
            raise StorageUnavailable(message)
        sleep(_POLL_INTERVAL)


def _try_lock(connection: Connection) -> bool:
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))))
