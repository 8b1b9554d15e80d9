"""Keep the previews of imports that the worker makes."""

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("import_jobs", sa.Column("preview", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    # The previous release does not know this status.
    op.execute("UPDATE import_jobs SET status = 'draft' WHERE status = 'previewing'")
    op.drop_column("import_jobs", "preview")
