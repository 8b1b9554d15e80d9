"""The `User-Agent` of each sign-in, by which people recognise their sessions."""

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("token_families", sa.Column("user_agent", sa.String(255)))


def downgrade() -> None:
    op.drop_column("token_families", "user_agent")
