"""Connections to PostgreSQL."""

from time import monotonic
from typing import Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from novacart.adapters.persistence.timeouts import LOCK_TIMEOUT, STATEMENT_TIMEOUT

# Seconds that a connection is taken to stand after its last use.
_FRESH: Final = 1.0
_RESTED: Final = "novacart_rested"


def postgresql_engine(url: str, pool_size: int) -> Engine:
    """Connections that speak UTC, give up in time, and are known to stand when they are used."""
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
