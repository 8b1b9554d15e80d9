"""Add the generation of the links to the orders of guests."""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("link_generation", sa.Integer()))


def downgrade() -> None:
    op.drop_column("orders", "link_generation")
