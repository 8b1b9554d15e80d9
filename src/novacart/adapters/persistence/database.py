"""Connections to the database, SQLite or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from novacart.adapters.persistence.error_mapping import to_port_error
from novacart.adapters.persistence.postgresql_engine import postgresql_engine
from novacart.adapters.persistence.sqlite_engine import NO_AUTOBEGIN, sqlite_engine
from novacart.adapters.persistence.timeouts import REPORT_TIMEOUT


class Database:
    """Connections for reading and for writing.

    All raise `StorageUnavailable` if the database is not available, and `ConcurrentChange` if
    the database aborted the transaction because of a deadlock or serialization failure.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        if self.dialect == "sqlite":
            # No transaction begins automatically; `snapshot` begins a deferred one.
            self._reader = self._snapshot = engine.execution_options(**{NO_AUTOBEGIN: True})
        else:
            self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._snapshot = engine.execution_options(isolation_level="REPEATABLE READ")

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 4, max_overflow: int = 16) -> Self:
        """Create the connection pool; the first use opens a connection.

        `pool_size` connections stay open, and `max_overflow` more are opened when needed.
        """
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(sqlite_engine(url, pool_size, max_overflow))
        return cls(postgresql_engine(url, pool_size, max_overflow))

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection in autocommit mode: each statement sees the latest commits."""
        with _translated_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a read-only connection whose statements all see the same data."""
        with _translated_errors(), self._snapshot.connect() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{REPORT_TIMEOUT}s'")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction; the caller commits it, otherwise it is rolled back.

        On SQLite it takes the write lock at once: a deferred transaction that starts to write
        later fails with SQLITE_BUSY_SNAPSHOT, at any timeout.
        """
        with _translated_errors(), self.engine.connect() as connection:
            connection.begin()
            yield connection

    def dispose(self) -> None:
        """Close all pooled connections. Call it before the process forks."""
        self.engine.dispose()


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        port_error = to_port_error(error)
        if port_error is None:
            raise
        raise port_error from error
