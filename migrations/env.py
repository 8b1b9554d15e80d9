"""Alembic environment: migrations run on the connection and in the transaction of `migrate.py`."""

from alembic import context

from novacart.adapters.persistence.schema import complete_metadata


def is_managed(name: str | None, kind: str, _parents: object) -> bool:
    """Exclude the shadow tables of SQLite's full-text index, and partitions of PostgreSQL."""
    unmanaged = ("product_search", "outbox_messages_")
    return not (kind == "table" and (name or "").startswith(unmanaged))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=complete_metadata(),
    include_name=is_managed,
    # The caller commits its own transaction.
    transactional_ddl=False,
)
context.run_migrations()
