"""Keep descriptions with formatting."""

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column(
        "products", sa.Column("description_html", sa.Text(), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("products", "description_html")
