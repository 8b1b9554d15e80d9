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
_SET = sa.text("""
    UPDATE payments SET check_at = :now
    WHERE check_at IS NULL AND (
        id IN (
            SELECT payment_id FROM disputes WHERE status IN ('NEEDS_RESPONSE', 'UNDER_REVIEW')
        )
        OR id IN (
            SELECT payment_id FROM refunds WHERE status = 'SUCCEEDED' AND settled_at > :since
        )
    )
""").bindparams(sa.bindparam("now", type_=UtcDateTime), sa.bindparam("since", type_=UtcDateTime))


def upgrade() -> None:
    now = datetime.now(UTC)
    op.get_bind().execute(_SET, {"now": now, "since": now - _RETURN_PERIOD})


def downgrade() -> None:
    """The release before asks about these payments once more, and then sets no time."""
