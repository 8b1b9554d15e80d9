"""Connections to SQLite, whose writers take turns."""

import sqlite3
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from novacart.adapters.persistence.timeouts import LOCK_TIMEOUT

UNBEGUN: Final = "novacart_unbegun"
"""The execution option of connections that begin no transaction by themselves."""

_BEGIN: Final = "BEGIN IMMEDIATE"
_BUSY_TIMEOUT: Final = f"PRAGMA busy_timeout = {LOCK_TIMEOUT * 1000}"
# Seconds between two looks at the lock: a transaction of ours takes about as long.
_PAUSE: Final = 0.002


def sqlite_engine(url: str, pool_size: int) -> Engine:
    """Writers that are durable when they have committed, and foreign keys that hold."""
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
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            "PRAGMA temp_store = MEMORY",
            "PRAGMA cache_size = -16000",
        ):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if UNBEGUN not in connection.get_execution_options():
            _take_turn(connection)

    return engine


def _take_turn(connection: Connection) -> None:
    """Begin as the one writer, or raise what SQLite says when `LOCK_TIMEOUT` has passed.

    SQLite's own wait pauses longer each time, up to 0.1 s (`sqliteDefaultBusyCallback`), so
    that whoever came first finds the lock taken again and again by those who came just now.
    """
    driver: Any = connection.connection.dbapi_connection
    end = monotonic() + LOCK_TIMEOUT
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while _is_taken(driver) and monotonic() < end:
            sleep(_PAUSE)
        if not driver.in_transaction:
            # Raises what the driver raises, as SQLAlchemy tells of it.
            connection.exec_driver_sql(_BEGIN)
    finally:
        driver.execute(_BUSY_TIMEOUT)


def _is_taken(driver: sqlite3.Connection) -> bool:
    """Whether somebody else is the writer; where nobody is, or it can't be told, False."""
    try:
        driver.execute(_BEGIN)
    except sqlite3.OperationalError as error:
        # The low byte is the primary code; the rest says which kind of it.
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False
