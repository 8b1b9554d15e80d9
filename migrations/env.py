"""Alembic environment: migrations run on the connection and in the transaction of `migrate.py`."""

from alembic import context
from sqlalchemy import Index, Table

from novacart.adapters.persistence.schema import complete_metadata, has_index, has_table

connection = context.config.attributes["connection"]


def is_managed(name: str | None, kind: str, _parents: object) -> bool:
    """Exclude the shadow tables of SQLite's full-text index, and partitions of PostgreSQL."""
    unmanaged = ("product_search", "outbox_messages_")
    return not (kind == "table" and (name or "").startswith(unmanaged))


def is_in_database(item: object, *_: object) -> bool:
    """Exclude tables and indexes that only databases of another dialect have."""
    dialect = connection.dialect.name
    if isinstance(item, Table):
        return has_table(dialect, item)
    return not isinstance(item, Index) or has_index(dialect, item)


context.configure(
    connection=connection,
    target_metadata=complete_metadata(),
    include_name=is_managed,
    include_object=is_in_database,
    # The caller commits its own transaction.
    transactional_ddl=False,
)
context.run_migrations()
