"""Find the guests whose session has expired."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | None = None
depends_on: str | None = None

_IS_GUEST = sa.text("kind = 'GUEST'")


def upgrade() -> None:
    create_index_concurrently(
        "ix_users_guest_expires_at",
        "users",
        ["guest_expires_at"],
        sqlite_where=_IS_GUEST,
        postgresql_where=_IS_GUEST,
    )


def downgrade() -> None:
    op.drop_index("ix_users_guest_expires_at", "users")
