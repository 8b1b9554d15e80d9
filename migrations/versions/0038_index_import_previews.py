"""Index the imports whose preview is due."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    _replace_index("status IN ('running', 'undoing', 'previewing')")


def downgrade() -> None:
    _replace_index("status IN ('running', 'undoing')")


def _replace_index(condition: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_import_jobs_due", table_name="import_jobs")
    # On PostgreSQL this drops the existing index.
    create_index_concurrently(
        "ix_import_jobs_due",
        "import_jobs",
        ["id"],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
