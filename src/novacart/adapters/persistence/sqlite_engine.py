"""Connections to SQLite."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Lock, local
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from novacart.adapters.persistence.error_mapping import sqlite_code
from novacart.adapters.persistence.timeouts import LOCK_TIMEOUT, READ_TIMEOUT
from novacart.application.ports.errors import StorageUnavailable

NO_AUTOBEGIN: Final = "novacart_no_autobegin"
"""Execution option: do not begin a transaction automatically."""

DEFERRED: Final = "novacart_deferred"
"""Execution option: take the write lock at the first write."""

LOCK_TIME: Final = "novacart_lock_time"
"""Execution option of the engine: its `LockTime`."""

_BEGIN: Final = "BEGIN IMMEDIATE"
_BUSY_TIMEOUT: Final = f"PRAGMA busy_timeout = {LOCK_TIMEOUT * 1000}"
# Seconds between two attempts. An attempt takes 20 µs of processor time. With a longer interval
# the lock is often free while all writers wait.
_RETRY_INTERVAL: Final = 0.0005
# That of batches, which so leave the lock to requests that wait for it, too.
_BATCH_RETRY_INTERVAL: Final = 0.002
# Pages of the WAL at which a commit copies it into the database, which takes two flushes. Workers
# and imports do so sooner, so that requests hardly ever have to.
_CHECKPOINT_PAGES: Final = 8_000
_BACKGROUND_CHECKPOINT_PAGES: Final = 1_000
# Seconds of a long transaction. Requests take less.
_LONG: Final = 0.02
# The pause after a long transaction, as a part of its time.
_PAUSE: Final = 0.25
# Instructions of SQLite's virtual machine between two looks at the clock, some milliseconds.
_INSTRUCTIONS: Final = 100_000
# macOS has no `fdatasync`.
_FLUSH: Final = getattr(os, "fdatasync", os.fsync)


def sqlite_engine(url: str, pool_size: int, max_overflow: int) -> Engine:
    """Create an engine with WAL and enforced foreign keys.

    A commit is on the disk after `flush_wal`. Before that, a crash of the machine can lose the last
    commits, and leaves a consistent database (SQLite docs, "PRAGMA synchronous").
    """
    path = make_url(url).database
    if path and path != ":memory:" and not path.startswith("file:"):
        _create_private(Path(path))
    lock_time = LockTime()
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        hide_parameters=True,  # errors are logged, and parameters contain customers' data
        json_deserializer=orjson.loads,
        connect_args={"timeout": LOCK_TIMEOUT},
        execution_options={LOCK_TIME: lock_time},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        # Otherwise the driver begins deferred transactions; `begin` below begins ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = NORMAL",
            "PRAGMA foreign_keys = ON",
            "PRAGMA temp_store = MEMORY",
            "PRAGMA cache_size = -16000",
            f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        ):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if DEFERRED in options:
            connection.exec_driver_sql("BEGIN")
        elif NO_AUTOBEGIN not in options:
            begin_immediate(connection)

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def end(connection: Connection) -> None:
        # Not the end of a read in the middle of a transaction that writes.
        if NO_AUTOBEGIN not in connection.get_execution_options():
            lock_time.end()

    return engine


def flush_wal(engine: Engine) -> None:
    """Write all commits to the disk, those of other connections and processes included.

    Raises `StorageUnavailable`; then the commits may or may not be on the disk.
    """
    try:
        wal = os.open(f"{engine.url.database}-wal", os.O_RDONLY)
        try:
            _FLUSH(wal)
        finally:
            os.close(wal)
    except OSError as error:
        raise StorageUnavailable("The database can't be written to the disk.") from error


class WriterLock:
    """Lets one thread of the process at a time wait for the write lock, and hold it.

    If all threads tried to take the lock, that would take a sixth of the processor time of a
    checkout, and delay the thread that holds it. Raises `StorageUnavailable` after `LOCK_TIMEOUT`.
    """

    def __init__(self, lock_time: "LockTime") -> None:
        self._lock = Lock()
        self._lock_time = lock_time

    def __enter__(self) -> None:
        # Before the lock is taken, so that another thread writes meanwhile.
        self._lock_time.pause()
        if not self._lock.acquire(timeout=LOCK_TIMEOUT):
            raise StorageUnavailable("The database did not answer in time.")

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


class LockTime(local):
    """How long the thread held the write lock in its last transaction.

    A job may take the lock again a moment after each batch. Other writers would rarely get it, so
    the thread pauses before its next transaction, unless it has done something else for as long as
    it held the lock. An optimistic transaction pauses before its postponed writes, if they are
    independent: others would be out of date after the pause.
    """

    _begun: float | None = None
    _ended = 0.0
    _seconds = 0.0

    def pause(self) -> None:
        if self._seconds > _LONG and monotonic() - self._ended < self._seconds:
            sleep(self._seconds * _PAUSE)
        self._seconds = 0.0

    def begin(self) -> None:
        self._begun = monotonic()

    def end(self) -> None:
        if self._begun is not None:
            self._ended = monotonic()
            self._seconds = self._ended - self._begun
            self._begun = None


def _create_private(path: Path) -> None:
    """Create an empty database that only its owner can read, unless it exists.

    SQLite gives the files beside it, `-wal` and `-shm`, the same mode.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):
        # SQLite itself reports a path that can't be written.
        if not path.exists():
            path.touch(mode=0o600)


def limit_statement(driver: Any) -> None:  # noqa: ANN401 (it has no common type)
    """Let SQLite end the next statement of a connection after `READ_TIMEOUT`, with an error."""
    ends_at = monotonic() + READ_TIMEOUT
    driver.set_progress_handler(lambda: monotonic() > ends_at, _INSTRUCTIONS)


def checkpoint_sooner(driver: Any) -> None:  # noqa: ANN401 (it has no common type)
    """Let the commits of a connection copy the WAL into the database before those of requests."""
    driver.execute(f"PRAGMA wal_autocheckpoint = {_BACKGROUND_CHECKPOINT_PAGES}")


def begin_immediate(connection: Connection, *, is_batch: bool = False) -> None:
    """Take the write lock, or raise SQLite's error after `LOCK_TIMEOUT`.

    A batch holds it for longer than a request, and most requests that wait take it before.

    SQLite's own busy handler sleeps longer each time, up to 0.1 s (`sqliteDefaultBusyCallback`).
    A writer that has waited long would lose the lock to newer ones again and again.
    """
    driver: Any = connection.connection.dbapi_connection
    deadline = monotonic() + LOCK_TIMEOUT
    interval = _BATCH_RETRY_INTERVAL if is_batch else _RETRY_INTERVAL
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while _is_locked(driver) and monotonic() < deadline:
            sleep(interval)
        if not driver.in_transaction:
            # Through SQLAlchemy, so that it wraps the driver's error.
            connection.exec_driver_sql(_BEGIN)
    finally:
        driver.execute(_BUSY_TIMEOUT)
    lock_time: LockTime = connection.get_execution_options()[LOCK_TIME]
    lock_time.begin()


def _is_locked(driver: sqlite3.Connection) -> bool:
    """Try to begin; return whether another connection holds the write lock."""
    try:
        driver.execute(_BEGIN)
    except sqlite3.OperationalError as error:
        return sqlite_code(error) == sqlite3.SQLITE_BUSY
    return False
