"""One database, whichever of the two it is: connections to read with and to write with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from novacart.adapters.persistence.failures import translated

# Seconds. A writer that can't begin within this time is told so rather than kept waiting.
LOCK_TIMEOUT = 10
STATEMENT_TIMEOUT = 15
REPORT_TIMEOUT = 600

# Seconds that a PostgreSQL connection is taken to stand after its last use.
_FRESH: Final = 1.0
_RESTED: Final = "novacart_rested"
_UNBEGUN: Final = "novacart_unbegun"


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
            self._reader = self._frozen = engine.execution_options(**{_UNBEGUN: True})
        else:
            self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._frozen = engine.execution_options(isolation_level="REPEATABLE READ")

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 4) -> Self:
        """Open `url`; nothing is asked of the database until the first use."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(_sqlite(url, pool_size))
        return cls(_postgresql(url, pool_size))

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


def _sqlite(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:" and not path.startswith("file:"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=16,
        hide_parameters=True,  # they are customers' data, and errors are logged
        connect_args={"timeout": LOCK_TIMEOUT},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        # pysqlite would begin deferred transactions of its own: ours are begun by hand below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {LOCK_TIMEOUT * 1000}",
            "temp_store = MEMORY",
            "cache_size = -16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if _UNBEGUN not in connection.get_execution_options():
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=16,
        hide_parameters=True,  # they are customers' data, and errors are logged
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c lock_timeout={LOCK_TIMEOUT}s"
            f" -c statement_timeout={STATEMENT_TIMEOUT}s"
            " -c idle_in_transaction_session_timeout=60s -c timezone=UTC",
        },
    )
    _ping_after_idling(engine)
    return engine


def _ping_after_idling(engine: Engine) -> None:
    """Ask whether a connection still stands, if it was not used just now.

    Asking each time, as `pool_pre_ping` does, costs as much as most of our queries do.
    """

    @event.listens_for(engine, "checkin")
    def rest(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_RESTED] = monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get(_RESTED, 0.0) < _FRESH:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool then opens another, and forgets those that are as old.
            raise InvalidatePoolError from error
