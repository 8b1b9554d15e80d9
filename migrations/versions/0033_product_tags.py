"""Tag products, and let collections name tags."""

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0030"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("products", sa.Column("tags", sa.Text(), server_default="", nullable=False))
    op.add_column("collections", sa.Column("tags", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "product_tags",
        sa.Column("tag_key", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_product_tags_product_id")
        ),
        sa.PrimaryKeyConstraint("tag_key", "product_id", name=op.f("pk_product_tags")),
    )
    op.create_index(op.f("ix_product_tags_product_id"), "product_tags", ["product_id"])


def downgrade() -> None:
    op.drop_table("product_tags")
    op.drop_column("collections", "tags")
    op.drop_column("products", "tags")
