"""Shipped and returned units of order lines, and when an order was returned."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None

_CHECK = (
    "returned_quantity >= 0 AND returned_quantity <= shipped_quantity"
    " AND shipped_quantity <= quantity"
)


def upgrade() -> None:
    op.add_column("orders", sa.Column("returned_at", sa.DateTime(timezone=True)))
    op.add_column(
        "order_lines",
        sa.Column("shipped_quantity", sa.Integer(), nullable=False, server_default="0"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # SQLite adds a constraint only together with a column.
        op.execute(
            "ALTER TABLE order_lines ADD COLUMN returned_quantity INTEGER DEFAULT '0' NOT NULL"
            f" CONSTRAINT ck_order_lines_returned_quantity CHECK ({_CHECK})"
        )
    else:
        op.add_column(
            "order_lines",
            sa.Column("returned_quantity", sa.Integer(), nullable=False, server_default="0"),
        )
        op.create_check_constraint(
            op.f("ck_order_lines_returned_quantity"), "order_lines", sa.text(_CHECK)
        )
    # The ledger has what was shipped.
    op.execute(
        "UPDATE order_lines SET shipped_quantity = coalesce((SELECT -sum(m.on_hand_delta)"
        " FROM stock_movements m WHERE m.kind = 'sell' AND m.order_id = order_lines.order_id"
        " AND m.product_id = order_lines.product_id), 0)"
        " WHERE order_id IN (SELECT id FROM orders WHERE shipped_at IS NOT NULL)"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_order_lines_returned_quantity"), "order_lines")
    op.drop_column("order_lines", "returned_quantity")
    op.drop_column("order_lines", "shipped_quantity")
    op.drop_column("orders", "returned_at")
