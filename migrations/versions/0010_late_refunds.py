"""The refunded amount of a payment that arrived after its order was cancelled."""

import sqlalchemy as sa
from alembic import op

# ruff: noqa: S608 (constants of this module)

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

_REASON = "The payment arrived after the cancellation and was refunded."

# What the customers of orders that were never paid received back, by order.
_REFUNDED = """
    SELECT o.id, p.captured_minor, sum(f.amount_minor) AS refunded,
           max(f.settled_at) AS settled_at
    FROM orders o
    JOIN payments p ON p.order_id = o.id AND p.status = 'SUCCEEDED'
    JOIN refunds f ON f.payment_id = p.id
    WHERE o.paid_at IS NULL AND o.payment_status = 'VOIDED'
    AND (f.status = 'SUCCEEDED' OR f.resolution = 'SETTLED_BY_HAND')
    GROUP BY o.id, p.captured_minor
"""
_STATUS = "CASE WHEN r.refunded < r.captured_minor THEN 'PARTIALLY_REFUNDED' ELSE 'REFUNDED' END"


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("late_refunded_minor", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.execute(
        "INSERT INTO order_history"
        " (order_id, subject, from_status, to_status, occurred_at, actor, reason)"
        f" SELECT r.id, 'payment', 'VOIDED', {_STATUS}, r.settled_at, 'system', '{_REASON}'"
        f" FROM ({_REFUNDED}) r"
    )
    op.execute(
        "UPDATE orders SET late_refunded_minor ="
        f" (SELECT r.refunded FROM ({_REFUNDED}) r WHERE r.id = orders.id),"
        f" payment_status = (SELECT {_STATUS} FROM ({_REFUNDED}) r WHERE r.id = orders.id)"
        f" WHERE id IN (SELECT r.id FROM ({_REFUNDED}) r)"
    )


def downgrade() -> None:
    unpaid = "(SELECT id FROM orders WHERE late_refunded_minor <> 0 AND paid_at IS NULL)"
    op.execute(
        "DELETE FROM order_history WHERE subject = 'payment'"
        " AND (from_status = 'VOIDED' OR to_status = 'VOIDED' AND from_status <> 'PENDING')"
        f" AND order_id IN {unpaid}"
    )
    op.execute(f"UPDATE orders SET payment_status = 'VOIDED' WHERE id IN {unpaid}")
    op.drop_column("orders", "late_refunded_minor")
