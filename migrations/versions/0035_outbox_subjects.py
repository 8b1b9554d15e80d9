"""Name the aggregate of an outbox message."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | None = None
depends_on: str | None = None

_IN_HAND = sa.text("state = 'pending' AND attempts > 0 AND last_error IS NULL")


def upgrade() -> None:
    # An attempt that was interrupted may have added the column.
    names = {each["name"] for each in sa.inspect(op.get_bind()).get_columns("outbox_messages")}
    if "subject" not in names:
        op.add_column("outbox_messages", sa.Column("subject", sa.String(40)))
    create_index_concurrently(
        "ix_outbox_messages_in_hand",
        "outbox_messages",
        ["subject", "id"],
        sqlite_where=_IN_HAND,
        postgresql_where=_IN_HAND,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_messages_in_hand", "outbox_messages")
    op.drop_column("outbox_messages", "subject")
