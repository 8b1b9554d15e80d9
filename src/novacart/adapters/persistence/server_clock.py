"""The clock of the database server."""

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
