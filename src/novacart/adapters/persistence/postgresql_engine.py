"""Connections to PostgreSQL."""

from time import monotonic
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from novacart.adapters.persistence.timeouts import (
    LOCK_TIMEOUT,
    MAX_CONNECTION_AGE,
    NETWORK_TIMEOUT,
    STATEMENT_TIMEOUT,
)

# Seconds of idle time after which a connection is tested before use.
_PING_AFTER: Final = 1.0
_RETURNED_AT: Final = "novacart_returned_at"
# Options of the client's socket. They are not sent to the server, so PgBouncer accepts them. By
# default Linux repeats unacknowledged data for 15 minutes, and sends the first probe to a silent
# server after two hours. The server's system answers probes, also during a long report.
_SOCKET: Final = {
    "tcp_user_timeout": NETWORK_TIMEOUT * 1000,
    "keepalives_idle": NETWORK_TIMEOUT // 2,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
TRANSACTION_POOLING: Final = "novacart_transaction_pooling"
"""Execution option of the engine: settings of a session must not be changed."""


def unknown_parameters(query: str) -> list[str]:
    """Return the names in the query string of a URL that are no connection parameters of libpq."""
    # Shops on SQLite do not load psycopg.
    from psycopg.pq import Conninfo  # noqa: PLC0415

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    return sorted({name for name, _ in parse_qsl(query, keep_blank_values=True)} - known)


def postgresql_engine(
    url: str, pool_size: int, max_overflow: int, *, transaction_pooling: bool = False
) -> Engine:
    """Create an engine with timeouts, UTC sessions and tested connections.

    Statements fail after about `NETWORK_TIMEOUT` if the server is gone or the network drops
    packets. A server that acknowledges packets, but never answers, is not detected.

    With `transaction_pooling`, each transaction may run in another session of the server, as behind
    PgBouncer: no statement is prepared, and the timeouts are those of the role.
    """
    session: dict[str, Any] = {
        "options": f"-c lock_timeout={LOCK_TIMEOUT}s"
        f" -c statement_timeout={STATEMENT_TIMEOUT}s"
        " -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    }
    if transaction_pooling:
        session = {"prepare_threshold": None}
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        hide_parameters=True,  # errors are logged, and parameters contain customers' data
        json_deserializer=orjson.loads,
        pool_recycle=MAX_CONNECTION_AGE,
        connect_args={"connect_timeout": 5, **_SOCKET, **session},
        execution_options={TRANSACTION_POOLING: transaction_pooling},
    )
    _use_libpq(engine)
    _send_integers_as_bigint(engine)
    _ping_idle_connections(engine)
    return engine


def _use_libpq(engine: Engine) -> None:
    # psycopg takes memory and time to import, which shops on SQLite need not spend.
    from novacart.adapters.persistence.postgresql_connection import LibpqConnection  # noqa: PLC0415

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]
    ) -> LibpqConnection:
        return LibpqConnection.connect(*arguments, **options)


def _send_integers_as_bigint(engine: Engine) -> None:
    """Give all integer parameters one type, also those in lists.

    psycopg chooses the smallest type that holds the value, and prepares a statement again for
    each combination of types. A list has the type of the first one that `LibpqConnection` sent.
    """
    numeric = engine.dialect.loaded_dbapi.types.numeric

    @event.listens_for(engine, "connect")
    def register_dumpers(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own)
        # Lists are sent as text. The last dumper is preferred otherwise.
        for dumper in (numeric.Int8Dumper, numeric.Int8BinaryDumper):
            connection.adapters.register_dumper(int, dumper)


def _ping_idle_connections(engine: Engine) -> None:
    """Test a connection before use if it was idle.

    Testing each time, as `pool_pre_ping` does, takes as long as most of our queries.
    """

    @event.listens_for(engine, "checkin")
    def record_return(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_RETURNED_AT] = monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if not is_ping_due(engine, record.info.get(_RETURNED_AT, 0.0)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool opens a new connection and discards those opened before.
            raise InvalidatePoolError from error


def is_ping_due(engine: Engine, idle_since: float) -> bool:
    """Whether a connection must be tested before use. One of SQLite need not."""
    return engine.dialect.name == "postgresql" and monotonic() - idle_since > _PING_AFTER
