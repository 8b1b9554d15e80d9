"""Keep product imports, their files and their reports."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None

_IS_DUE = sa.text("status IN ('running', 'undoing')")


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "import_jobs",
        sa.Column("id", id_type, autoincrement=False, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("may_add_categories", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("entries_left", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("runner", sa.String(40), nullable=False),
        sa.Column("leased_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_import_jobs"),
    )
    op.create_index(
        "ix_import_jobs_due",
        "import_jobs",
        ["id"],
        sqlite_where=_IS_DUE,
        postgresql_where=_IS_DUE,
    )
    op.create_table(
        "import_chunks",
        sa.Column("job_id", id_type, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_jobs.id"], name="fk_import_chunks_job_id"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_import_chunks"),
    )
    op.create_table(
        "import_entries",
        sa.Column("job_id", id_type, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("undo", sa.Text()),
        sa.ForeignKeyConstraint(["job_id"], ["import_jobs.id"], name="fk_import_entries_job_id"),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_import_entries"),
    )
    op.create_index("ix_import_entries_product_id", "import_entries", ["product_id"])
    op.create_table(
        "import_mappings",
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_import_mappings"),
    )


def downgrade() -> None:
    op.drop_table("import_mappings")
    op.drop_table("import_entries")
    op.drop_table("import_chunks")
    op.drop_table("import_jobs")
