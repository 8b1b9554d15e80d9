"""One database, whichever of the two it is: connections to read with and to write with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from novacart.adapters.persistence.error_mapping import translated
from novacart.adapters.persistence.postgresql_engine import postgresql_engine
from novacart.adapters.persistence.sqlite_engine import UNBEGUN, sqlite_engine
from novacart.adapters.persistence.timeouts import REPORT_TIMEOUT


class Database:
    """Connections in the two ways the shop uses them.

    `reading()` answers questions: every statement sees what was committed before it.
    `writing()` is one transaction, committed by whoever asked for it and rolled back
    otherwise; on SQLite it holds the one writer's lock from its first moment, since a
    transaction that turns into a writer later may be refused whatever its timeout.

    Both raise `StorageUnavailable` where the database is out of reach, and
    `ConcurrentChange` where it broke a deadlock at our cost.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        if self.dialect == "sqlite":
            # Its connections begin nothing by themselves; a deferred transaction, begun by
            # hand, is one moment's view.
            self._reader = self._frozen = engine.execution_options(**{UNBEGUN: True})
        else:
            self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._frozen = engine.execution_options(isolation_level="REPEATABLE READ")

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 4) -> Self:
        """Open `url`; nothing is asked of the database until the first use."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(sqlite_engine(url, pool_size))
        return cls(postgresql_engine(url, pool_size))

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with _translating(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Every statement sees the same moment; for reports that compare one with another."""
        with _translating(), self._frozen.connect() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{REPORT_TIMEOUT}s'")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with _translating(), self.engine.connect() as connection:
            connection.begin()
            yield connection

    def dispose(self) -> None:
        """Close every pooled connection; needed before a process forks."""
        self.engine.dispose()


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        meaning = translated(error)
        if meaning is None:
            raise
        raise meaning from error
