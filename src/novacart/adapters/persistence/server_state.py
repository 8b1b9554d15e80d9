"""The clock, the timeouts, the mode and the replication slots of the database server."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import text

from novacart.adapters.persistence.database import Database


def server_time(database: Database) -> datetime:
    """Return the time of the PostgreSQL server. SQLite has the clock of this machine."""
    if database.dialect == "sqlite":
        return datetime.now(UTC)
    with database.reading() as connection:
        now: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now.astimezone(UTC)


def is_read_only(database: Database) -> bool:
    """Whether the server of PostgreSQL refuses changes, as a replica does. False on SQLite."""
    if database.dialect == "sqlite":
        return False
    statement = text(
        "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'"
    )
    with database.reading() as connection:
        read_only: bool = connection.execute(statement).scalar_one()
    return read_only


def timeouts(database: Database) -> Mapping[str, str]:
    """Return the timeouts of a session of PostgreSQL by name, "0" for none; none on SQLite."""
    if database.dialect == "sqlite":
        return {}
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    columns = ", ".join(f"current_setting('{name}')" for name in names)
    with database.reading() as connection:
        values = connection.execute(text(f"SELECT {columns}")).one()
    return dict(zip(names, values, strict=True))


def slot_state(database: Database, slot: str) -> tuple[bool, bool] | None:
    """Return whether a replication slot is in use, and whether log that it needs was deleted.

    None without the slot. PostgreSQL only.
    """
    statement = text(
        "SELECT active, wal_status = 'lost' AS lost FROM pg_replication_slots"
        " WHERE slot_name = :slot"
    )
    with database.reading() as connection:
        row = connection.execute(statement, {"slot": slot}).one_or_none()
    return None if row is None else (row.active, row.lost)
