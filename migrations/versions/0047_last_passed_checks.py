"""Keep when a system check last passed.

Until now, its next failure replaced this time.
"""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("check_results", sa.Column("passed_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE check_results SET passed_at = checked_at WHERE ok")


def downgrade() -> None:
    op.drop_column("check_results", "passed_at")
