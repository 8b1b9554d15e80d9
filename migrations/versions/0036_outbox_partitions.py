"""Partition the outbox by month on PostgreSQL.

The existing table becomes the default partition of a new table with its name, so no row is moved or
read, and the previous release continues to work. A job creates the partitions of the next months.
"""

from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | None = None
depends_on: str | None = None

# Names of the indexes, and those that PostgreSQL gives to the indexes of a partition.
_INDEXES = {
    "ix_outbox_messages_due": "outbox_messages_default_next_attempt_at_id_idx",
    "ix_outbox_messages_in_hand": "outbox_messages_default_subject_id_idx",
    "ix_outbox_messages_state_id": "outbox_messages_default_state_id_idx",
}
_DEFINITIONS = """
    CREATE INDEX ix_outbox_messages_due ON outbox_messages (next_attempt_at, id)
        WHERE state = 'pending';
    CREATE INDEX ix_outbox_messages_in_hand ON outbox_messages (subject, id)
        WHERE state = 'pending' AND attempts > 0 AND last_error IS NULL;
    CREATE INDEX ix_outbox_messages_state_id ON outbox_messages (state, id)
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE outbox_messages RENAME TO outbox_messages_default")
    for name, name_in_partition in _INDEXES.items():
        op.execute(f"ALTER INDEX {name} RENAME TO {name_in_partition}")
    op.execute(
        "CREATE TABLE outbox_messages (LIKE outbox_messages_default INCLUDING DEFAULTS"
        " INCLUDING CONSTRAINTS) PARTITION BY RANGE (occurred_at)"
    )
    for definition in _DEFINITIONS.split(";"):
        op.execute(definition)
    op.execute("ALTER TABLE outbox_messages ATTACH PARTITION outbox_messages_default DEFAULT")
    op.execute("ALTER SEQUENCE outbox_messages_id_seq OWNED BY outbox_messages.id")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE outbox_messages DETACH PARTITION outbox_messages_default")
    op.execute("INSERT INTO outbox_messages_default SELECT * FROM outbox_messages")
    op.execute("ALTER SEQUENCE outbox_messages_id_seq OWNED BY outbox_messages_default.id")
    op.execute("DROP TABLE outbox_messages")
    op.execute("ALTER TABLE outbox_messages_default RENAME TO outbox_messages")
    for name, name_in_partition in _INDEXES.items():
        op.execute(f"ALTER INDEX {name_in_partition} RENAME TO {name}")
