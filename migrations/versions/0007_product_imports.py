"""Count the adjustments of a stock level, and find products by their title."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column(
        "stock_levels", sa.Column("version", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_index("ix_products_title", "products", ["title"])


def downgrade() -> None:
    op.drop_index("ix_products_title", "products")
    op.drop_column("stock_levels", "version")
