"""Ask the provider about payments with an open dispute or a refund of the last 30 days.

They had no `check_at`, since only webhooks reported a returned refund and a decided dispute.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: str | None = None
depends_on: str | None = None

_RETURN_PERIOD = timedelta(days=30)
_INTERVAL = timedelta(days=7)
_FIND = sa.text("""
    SELECT id FROM payments
    WHERE check_at IS NULL AND (
        id IN (
            SELECT payment_id FROM disputes WHERE status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW')
        )
        OR id IN (
            SELECT payment_id FROM refunds WHERE status = 'SUCCEEDED' AND settled_at > :since
        )
    )
    ORDER BY id
""").bindparams(sa.bindparam("since", type_=UtcDateTime))
_SET = sa.text("UPDATE payments SET check_at = :at WHERE id = :id AND check_at IS NULL").bindparams(
    sa.bindparam("at", type_=UtcDateTime)
)


def upgrade() -> None:
    connection = op.get_bind()
    now = datetime.now(UTC)
    found = connection.scalars(_FIND, {"since": now - _RETURN_PERIOD}).all()
    # Spread over a week, so that payments whose webhook was lost do not wait for all of them.
    times = [
        {"id": payment_id, "at": now + _INTERVAL * number / len(found)}
        for number, payment_id in enumerate(found)
    ]
    if times:
        connection.execute(_SET, times)


def downgrade() -> None:
    """The release before asks about these payments once more, and then sets no time."""
