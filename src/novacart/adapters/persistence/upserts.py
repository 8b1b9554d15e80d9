"""INSERT with ON CONFLICT."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def conflict_insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that may have an ON CONFLICT; SQLAlchemy has one for each dialect."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
