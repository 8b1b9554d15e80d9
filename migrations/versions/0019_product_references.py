"""Keep the keys of imported products in the shops from which they come."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "product_references",
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_references_product_id"
        ),
        sa.PrimaryKeyConstraint("source", "reference", name="pk_product_references"),
    )
    op.create_index("ix_product_references_product_id", "product_references", ["product_id"])


def downgrade() -> None:
    op.drop_table("product_references")
