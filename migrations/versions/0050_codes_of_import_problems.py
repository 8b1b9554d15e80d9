"""Add the codes of the problems in reports of imports.

Lines of the releases before have none.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column(
        "import_entries",
        sa.Column("code", sa.String(length=40), server_default="", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("import_entries", "code")
