"""Declined attempts of payments, who requested a refund, and indexes for limits."""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

_CANCELLATION = sa.text("subject = 'order' AND to_status = 'CANCELLED'")


def upgrade() -> None:
    op.add_column(
        "payments", sa.Column("declines", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("payments", sa.Column("last_attempt", sa.String(255)))
    op.add_column("refunds", sa.Column("requested_by", sa.BigInteger()))
    op.create_index("ix_payments_user_id_created_at", "payments", ["user_id", "created_at"])
    op.create_index(
        "ix_refunds_requested_by_requested_at", "refunds", ["requested_by", "requested_at"]
    )
    op.create_index("ix_orders_user_id_status", "orders", ["user_id", "status"])
    op.create_index(
        "ix_order_history_cancelled",
        "order_history",
        ["actor", "occurred_at"],
        sqlite_where=_CANCELLATION,
        postgresql_where=_CANCELLATION,
    )


def downgrade() -> None:
    op.drop_index("ix_order_history_cancelled", "order_history")
    op.drop_index("ix_orders_user_id_status", "orders")
    op.drop_index("ix_refunds_requested_by_requested_at", "refunds")
    op.drop_index("ix_payments_user_id_created_at", "payments")
    op.drop_column("refunds", "requested_by")
    op.drop_column("payments", "last_attempt")
    op.drop_column("payments", "declines")
