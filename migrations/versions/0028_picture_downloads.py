"""Fetch pictures of products from other sites."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | None = None
depends_on: str | None = None

_IS_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "picture_downloads",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("variant_ids", sa.Text(), nullable=False),
        sa.Column("job_id", sa.BigInteger()),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_picture_downloads_product_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_picture_downloads"),
        sa.UniqueConstraint("product_id", "url", name="uq_picture_downloads_url"),
    )
    op.create_index("ix_picture_downloads_job_id", "picture_downloads", ["job_id"])
    op.create_index(
        "ix_picture_downloads_due",
        "picture_downloads",
        ["due_at", "id"],
        sqlite_where=_IS_WAITING,
        postgresql_where=_IS_WAITING,
    )


def downgrade() -> None:
    op.drop_table("picture_downloads")
