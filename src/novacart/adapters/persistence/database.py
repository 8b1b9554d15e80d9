"""Connections to the database, SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from time import monotonic
from typing import Any, Final, NamedTuple, NewType, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from novacart.adapters.persistence.error_mapping import is_busy, to_domain_error, to_port_error
from novacart.adapters.persistence.postgresql_engine import (
    TRANSACTION_POOLING,
    is_ping_due,
    postgresql_engine,
)
from novacart.adapters.persistence.postponed_writes import PostponedWrites
from novacart.adapters.persistence.sqlite_engine import (
    DEFERRED,
    LOCK_TIME,
    NO_AUTOBEGIN,
    WriterLock,
    flush_wal,
    limit_statement,
    sqlite_engine,
)
from novacart.adapters.persistence.statement_observers import (
    StatementObserver,
    observe_statements,
)
from novacart.adapters.persistence.statements import (
    NO_PARAMETERS,
    POSTPONED,
    DriverStatement,
    Parameters,
    Row,
    wrapped,
)
from novacart.adapters.persistence.timeouts import (
    MAX_CONNECTION_AGE,
    READ_TIMEOUT,
    REPORT_TIMEOUT,
    STATEMENT_TIMEOUT,
)
from novacart.domain.shared.errors import ConcurrentChange

_GENERIC_PLANS: Final = "SET plan_cache_mode = force_generic_plan"
# A generic plan that was made for an empty table, such as a new partition of the outbox, would read
# the whole table until it is analyzed.
_BY_INDEX: Final = "SET enable_seqscan = off"
_UNFLUSHED_COMMITS: Final = "SET synchronous_commit = off"
# Searches for frequent words collect their products in bitmaps. With PostgreSQL's default of 4 MB,
# a bitmap of a million products stores whole pages, and each product on them is compared again.
_BITMAP_MEMORY: Final = "SET work_mem = '16MB'"
# To start a worker takes longer than most of our reads. The planner assumes a quarter of that, and
# many customers read at the same time.
_ONE_PROCESS: Final = "SET max_parallel_workers_per_gather = 0"
# To compile a statement takes longer than most of our reads, and is done at each execution. The
# planner does it for generic plans of large tables, since it expects many rows for some parameters.
_NO_COMPILATION: Final = "SET jit = off"
# The planner expects each category to have equally many products. So for the list of a category it
# would read and sort all its products, instead of the first ones in the order of an index.
_NO_INCREMENTAL_SORT: Final = "SET enable_incremental_sort = off"
# The statement timeout of a pooled connection, in seconds, unless it is that of the engine.
_TIMEOUT: Final = "novacart_statement_timeout"
# Idle connections for `Database.fetch`, and as many for transactions: for the event loop of a web
# process, and for its threads that write or read, but not those that run only while many reads
# wait.
_MAX_IDLE: Final = 7


class Database:
    """Connections for reading and for writing.

    All raise `StorageUnavailable` if the database is not available, and `ConcurrentChange` if
    the database aborted the transaction because of a deadlock, a serialization failure or a
    migration.
    """

    def __init__(self, engine: Engine, max_connections: int, *, durable: bool = True) -> None:
        """`max_connections` is the limit of the engine's pool."""
        self.engine = engine
        self.max_connections = max_connections
        self._writers = _Writers(engine, max_connections)
        self._writer_lock: AbstractContextManager[None] = nullcontext()
        self._is_flushed = durable and self.dialect == "sqlite"
        if self.dialect == "sqlite":
            self._writer_lock = WriterLock(engine.get_execution_options()[LOCK_TIME])
            # No transaction begins automatically; `snapshot` begins a deferred one.
            self._reader = self._snapshot = engine.execution_options(**{NO_AUTOBEGIN: True})
            self._optimistic = engine.execution_options(**{DEFERRED: True})
        else:
            self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
        if _has_own_sessions(engine):
            timeout = _set_timeout(READ_TIMEOUT)
            settings = (
                timeout,
                _BITMAP_MEMORY,
                _ONE_PROCESS,
                _NO_COMPILATION,
                _NO_INCREMENTAL_SORT,
            )
            self._readers = _Readers(self._writers, *settings)
            self._generic_plan_readers = _Readers(self._writers, *settings, _GENERIC_PLANS)
            self._unflushed = _Readers(
                self._writers, timeout, _GENERIC_PLANS, _BY_INDEX, _UNFLUSHED_COMMITS
            )
        else:
            self._readers = self._generic_plan_readers = self._unflushed = _Readers(self._writers)

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        pool_size: int = 4,
        max_overflow: int = 16,
        observers: Sequence[StatementObserver] = (),
        transaction_pooling: bool = False,
        durable: bool = True,
    ) -> Self:
        """Create the connection pool; the first use opens a connection.

        `pool_size` connections stay open, and `max_overflow` more are opened when needed.
        `transaction_pooling`: `url` is that of PgBouncer in transaction mode. On SQLite, a crash of
        the machine can lose the last commits that are not `durable`.
        """
        if make_url(url).get_backend_name() == "sqlite":
            engine = sqlite_engine(url, pool_size, max_overflow)
        else:
            engine = postgresql_engine(
                url, pool_size, max_overflow, transaction_pooling=transaction_pooling
            )
        if observers:
            observe_statements(engine, observers)
        return cls(engine, pool_size + max_overflow, durable=durable)

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self, *, seconds: int = READ_TIMEOUT) -> Iterator[Connection]:
        """Open a connection in autocommit mode: each statement sees the latest commits.

        PostgreSQL ends a statement after `seconds`, unless transactions are pooled.
        """
        with _translated_errors(), self._connected(self._reader) as connection:
            _limit_statements(connection, seconds)
            yield connection

    def fetch(
        self, statement: DriverStatement, parameters: Parameters = NO_PARAMETERS
    ) -> list[Row]:
        """Return all rows of a SELECT, in autocommit mode: it sees the latest commits.

        It ends after `READ_TIMEOUT`, unless transactions of PostgreSQL are pooled.
        If the server has closed the connection, the statement is repeated once on a new one.
        """
        readers = self._generic_plan_readers if statement.generic_plan else self._readers
        return self._fetch(readers, statement, parameters)

    def fetch_by_index(self, statement: DriverStatement, parameters: Parameters) -> list[Row]:
        """Return rows as `fetch` does; on PostgreSQL with a generic plan that uses indexes."""
        return self._fetch(self._unflushed, statement, parameters)

    def execute(self, statements: Sequence[tuple[DriverStatement, Parameters]]) -> None:
        """Execute idempotent statements of a background process.

        On SQLite they are one transaction. On PostgreSQL each is one round trip in autocommit mode
        with a generic plan that uses indexes, and repeated as by `fetch`. They do not wait for the
        disk: a crash of the server can undo those of the last 0.6 seconds (three times
        `wal_writer_delay`).
        """
        if self.dialect == "postgresql":
            for statement, parameters in statements:
                self._fetch(self._unflushed, statement, parameters)
        elif statements:
            with self.writing() as connection:
                for statement, parameters in statements:
                    statement.execute(connection, parameters)
                connection.commit()

    @contextmanager
    def snapshot(self, *, seconds: int = REPORT_TIMEOUT) -> Iterator[Connection]:
        """Open a connection for reading whose statements all see the same data.

        PostgreSQL ends a statement after `seconds`.
        """
        with _translated_errors(), self._connected(self._snapshot) as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
            else:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds}s'")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self, *, is_optimistic: bool = False) -> Iterator[Connection]:
        """Open a transaction; the caller commits it, otherwise it is rolled back.

        On SQLite it takes the write lock at once. All that it has read or committed is on the disk
        at the end of the block, unless that raises an error. It is flushed after the lock is
        released, since other writers would wait for the disk, too. So nothing may be answered or
        sent inside the block.

        An optimistic transaction begins with reading: its first write raises `ConcurrentChange` if
        another connection writes, or has written since it began (SQLITE_BUSY and
        SQLITE_BUSY_SNAPSHOT), at any timeout. Rows of its `execute_many` are `PostponedWrites`. On
        PostgreSQL there is no difference.
        """
        if is_optimistic and self.dialect == "sqlite":
            with (
                _translated_errors(is_optimistic=True),
                self._connected(self._optimistic) as connection,
            ):
                connection.begin()
                connection.execution_options(**{POSTPONED: PostponedWrites(connection)})
                yield connection
        else:
            with _translated_errors(), self._writer_lock:
                writer = self._writers.take()
                connection = writer.connection
                try:
                    connection.begin()
                    yield connection
                    if connection.in_transaction():
                        connection.rollback()
                except BaseException as error:
                    if _is_disconnected(error):
                        # The idle ones are probably broken, too.
                        _discard(writer)
                        self._writers.discard()
                    elif isinstance(error, Exception):
                        # The pool rolls back.
                        connection.close()
                    else:
                        # Ctrl-C has closed the connection if it waited for PostgreSQL, so that a
                        # rollback would raise another error.
                        _discard(writer)
                    raise
                self._writers.put_back(writer)
        if self._is_flushed:
            flush_wal(self.engine)

    def dispose(self) -> None:
        """Close all pooled connections. Call it before the process forks."""
        self._writers.close()
        self.engine.dispose()
        self._readers.close()
        self._generic_plan_readers.close()
        self._unflushed.close()

    def _connected(self, engine: Engine) -> Connection:
        """Connect; `engine` is this database's with other options."""
        self._writers.release_if_short()
        return engine.connect()

    def _fetch(
        self, readers: "_Readers", statement: DriverStatement, parameters: Parameters
    ) -> list[Row]:
        try:
            try:
                return self._fetch_once(readers, statement, parameters)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return self._fetch_once(readers, statement, parameters)
        except (DBAPIError, PoolTimeout) as error:
            raise to_port_error(error) or error from error

    def _fetch_once(
        self, readers: "_Readers", statement: DriverStatement, parameters: Parameters
    ) -> list[Row]:
        reader = readers.take()
        if self.dialect == "sqlite":
            limit_statement(reader.driver)
        try:
            compiled = statement.compiled(self.engine.dialect)
            rows = compiled.rows(compiled.execute(self.engine, reader.driver, parameters))
        except BaseException as error:
            reader.driver.close()
            if _is_disconnected(error):
                # The idle ones are probably broken, too.
                readers.close()
            raise
        readers.put_back(reader)
        return rows


class _Writer(NamedTuple):
    """A connection for transactions, idle since `idle_since`. It is closed after `expires_at`."""

    connection: Connection
    expires_at: float
    idle_since: float


class _Writers:
    """Idle connections for transactions. Each belongs to one thread while it is in use.

    They are not returned to SQLAlchemy's pool, because a checkout takes as long as three queries
    by primary key. They count against the limit of the pool, so they are returned when it has no
    other connection left.
    """

    def __init__(self, engine: Engine, max_connections: int) -> None:
        self.engine = engine
        self._max_connections = max_connections
        self._idle: list[_Writer] = []

    def take(self) -> _Writer:
        """Return the connection that was used last, or a new one."""
        try:
            writer = self._idle.pop()
        except IndexError:
            return self._connect()
        if is_ping_due(self.engine, writer.idle_since) and not self._is_alive(writer):
            # The other ones are probably broken, too.
            _discard(writer)
            self.discard()
            return self._connect()
        if writer.expires_at < monotonic():
            writer.connection.close()
            return self._connect()
        return writer

    def put_back(self, writer: _Writer) -> None:
        if len(self._idle) < _MAX_IDLE and not self._is_pool_short():
            self._idle.append(writer._replace(idle_since=monotonic()))
        else:
            writer.connection.close()

    def release_if_short(self) -> None:
        """Return a connection to the pool if the next checkout would wait for one."""
        if self._is_pool_short():
            with suppress(IndexError):
                self._idle.pop().connection.close()

    def _is_pool_short(self) -> bool:
        pool: Any = self.engine.pool
        in_use: int = pool.checkedout()
        return in_use >= self._max_connections

    def close(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().connection.close()

    def discard(self) -> None:
        """Close the idle connections, which are not returned to the pool."""
        with suppress(IndexError):
            while True:
                _discard(self._idle.pop())

    def _connect(self) -> _Writer:
        now = monotonic()
        connection = self.engine.connect()
        try:
            _limit_statements(connection, STATEMENT_TIMEOUT)
        except BaseException:
            connection.close()
            raise
        return _Writer(connection, now + MAX_CONNECTION_AGE, now)

    def _is_alive(self, writer: _Writer) -> bool:
        dialect = self.engine.dialect
        driver: Any = writer.connection.connection.dbapi_connection
        try:
            dialect.do_ping(driver)
        except dialect.loaded_dbapi.Error:
            return False
        return True


def _discard(writer: _Writer) -> None:
    # The pool would use a connection again that it has not found to be broken.
    writer.connection.invalidate()
    writer.connection.close()


class _Reader(NamedTuple):
    """A connection of the driver in autocommit mode. It is closed after `expires_at`."""

    driver: Any
    expires_at: float


class _Readers:
    """Idle connections for reading. Each belongs to one thread while it is in use.

    SQLAlchemy's pool is not used, because a checkout takes as long as a query by primary key.
    """

    def __init__(self, writers: _Writers, *settings: str) -> None:
        """`settings` are statements that set up a new connection."""
        self._writers = writers
        self._settings = settings
        self._idle: list[_Reader] = []

    def take(self) -> _Reader:
        """Return the connection that was used last, or a new one."""
        try:
            reader = self._idle.pop()
        except IndexError:
            return self._connect()
        if reader.expires_at < monotonic():
            reader.driver.close()
            return self._connect()
        return reader

    def put_back(self, reader: _Reader) -> None:
        if len(self._idle) < _MAX_IDLE:
            self._idle.append(reader)
        else:
            reader.driver.close()

    def close(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().driver.close()

    def _connect(self) -> _Reader:
        engine = self._writers.engine
        dialect = engine.dialect
        self._writers.release_if_short()
        try:
            connection = engine.raw_connection()
            connection.detach()
            driver: Any = connection.dbapi_connection
            dialect.set_isolation_level(driver, "AUTOCOMMIT")
            for setting in self._settings:
                driver.execute(setting)
        except dialect.loaded_dbapi.Error as error:
            raise wrapped(error, dialect) from error
        return _Reader(driver, monotonic() + MAX_CONNECTION_AGE)


def _has_own_sessions(engine: Engine) -> bool:
    """Whether each connection has a session of PostgreSQL, whose settings may be changed."""
    options = engine.get_execution_options()
    return engine.dialect.name == "postgresql" and not options[TRANSACTION_POOLING]


def _is_disconnected(error: BaseException) -> bool:
    """Whether the connection was found to be broken."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _set_timeout(seconds: int) -> str:
    return f"SET statement_timeout = '{seconds}s'"


def _limit_statements(connection: Connection, seconds: int) -> None:
    """Let PostgreSQL end each statement after `seconds`, until the connection's next use.

    The pool's connections keep it, so that most uses need no statement for it.
    """
    if not _has_own_sessions(connection.engine):
        return
    if connection.info.get(_TIMEOUT, STATEMENT_TIMEOUT) == seconds:
        return
    connection.exec_driver_sql(_set_timeout(seconds))
    # A rollback would undo it.
    connection.commit()
    connection.info[_TIMEOUT] = seconds


@contextmanager
def _translated_errors(*, is_optimistic: bool = False) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        port_error = to_port_error(error) or to_domain_error(error)
        # Postponed inserts can't say whose SKU or slug is taken.
        if is_optimistic and (is_busy(error) or isinstance(error, IntegrityError)):
            port_error = ConcurrentChange()
        if port_error is None:
            raise
        raise port_error from error


QueryDatabase = NewType("QueryDatabase", Database)
"""The database of query ports: with replicas, reads may go to one of them."""
