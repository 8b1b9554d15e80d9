"""Add the resolution of failed refunds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "refunds", sa.Column("returned", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("refunds", sa.Column("resolution", sa.String(20)))
    op.add_column(
        "refunds", sa.Column("resolution_note", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("refunds", sa.Column("resolved_at", sa.DateTime(timezone=True)))
    # Whether an earlier failure followed a success is not on record. A retry of a returned refund
    # releases no units, so none is released twice.
    refunds = sa.table("refunds", sa.column("returned"), sa.column("status"))
    op.execute(sa.update(refunds).where(refunds.c.status == "FAILED").values(returned=sa.true()))


def downgrade() -> None:
    op.drop_column("refunds", "resolved_at")
    op.drop_column("refunds", "resolution_note")
    op.drop_column("refunds", "resolution")
    op.drop_column("refunds", "returned")
