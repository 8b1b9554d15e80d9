"""Alembic's entry: migrations run on the connection, and in the transaction, of `migrate.py`."""

from alembic import context

from novacart.adapters.persistence.schema import complete_metadata


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """SQLite's full-text index keeps tables of its own, which no metadata knows."""
    return not (kind == "table" and (name or "").startswith("product_search"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=complete_metadata(),
    include_name=is_ours,
    # The transaction is the caller's, who commits it whole.
    transactional_ddl=False,
)
context.run_migrations()
