"""Add the time zone of the stored sales figures; the worker counts those in UTC again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sales_days", sa.Column("timezone", sa.String(64), server_default="UTC", nullable=False)
    )


def downgrade() -> None:
    # Without the column, figures of another time zone would pass for figures in UTC.
    for table in ("sales_day_products", "sales_month_products", "sales_days"):
        op.execute(sa.delete(sa.table(table)))
    op.drop_column("sales_days", "timezone")
