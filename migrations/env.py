"""Alembic's entry: migrations run on the connection, and in the transaction, of `migrate.py`."""

from alembic import context

from novacart.adapters.persistence.schema import complete_metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=complete_metadata(),
    # The transaction is the caller's, who commits it whole.
    transactional_ddl=False,
)
context.run_migrations()
