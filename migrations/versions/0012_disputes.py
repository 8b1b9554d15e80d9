"""Deadlines of disputes, when their money moved, and disputes of the sandbox provider."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    for name in ("due_by", "withdrawn_at", "reinstated_at"):
        op.add_column("disputes", sa.Column(name, sa.DateTime(timezone=True)))
    op.execute("UPDATE disputes SET withdrawn_at = opened_at WHERE withdrawn")
    op.execute(
        "UPDATE disputes SET reinstated_at = coalesce(closed_at, opened_at) WHERE reinstated"
    )
    op.create_index(op.f("ix_disputes_withdrawn_at"), "disputes", ["withdrawn_at"])
    op.create_index(op.f("ix_disputes_reinstated_at"), "disputes", ["reinstated_at"])
    op.create_index("ix_disputes_status_due_by", "disputes", ["status", "due_by"])
    op.add_column(
        "sales_days",
        sa.Column("disputed_minor", sa.BigInteger(), nullable=False, server_default="0"),
    )
    # The worker counts the days again.
    op.execute("DELETE FROM sales_days WHERE EXISTS (SELECT 1 FROM disputes WHERE withdrawn)")
    op.create_table(
        "sandbox_disputes",
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("payment", sa.String(64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("due_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_sandbox_disputes_amount")),
        sa.CheckConstraint(
            "status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW', 'WON', 'LOST')",
            name=op.f("ck_sandbox_disputes_status"),
        ),
        sa.ForeignKeyConstraint(
            ["payment"],
            ["sandbox_payments.reference"],
            name=op.f("fk_sandbox_disputes_payment"),
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_sandbox_disputes")),
    )
    for column in ("payment", "opened_at"):
        op.create_index(op.f(f"ix_sandbox_disputes_{column}"), "sandbox_disputes", [column])


def downgrade() -> None:
    op.drop_table("sandbox_disputes")
    op.drop_column("sales_days", "disputed_minor")
    for name in ("withdrawn_at", "reinstated_at", "status_due_by"):
        op.drop_index(op.f(f"ix_disputes_{name}"), "disputes")
    for name in ("due_by", "withdrawn_at", "reinstated_at"):
        op.drop_column("disputes", name)
