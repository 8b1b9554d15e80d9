"""Put categories into a tree, and give products and categories texts for their pages."""

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    # SQL, since SQLite can't add a foreign key to a table.
    op.execute(
        "ALTER TABLE categories ADD COLUMN parent_id BIGINT"
        " CONSTRAINT fk_categories_parent_id REFERENCES categories (id)"
    )
    op.add_column("categories", sa.Column("path", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "categories",
        sa.Column("is_branch_active", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.create_index("ix_categories_parent_id", "categories", ["parent_id"])
    for table in ("categories", "products"):
        op.add_column(table, sa.Column("meta_title", sa.String(200)))
        op.add_column(table, sa.Column("meta_description", sa.String(500)))
    op.add_column("products", sa.Column("slug", sa.String(100)))
    op.create_table(
        "slug_redirects",
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("slug", sa.String(100), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slug", name="pk_slug_redirects"),
    )


def downgrade() -> None:
    op.drop_table("slug_redirects")
    op.drop_column("products", "slug")
    for table in ("products", "categories"):
        op.drop_column(table, "meta_description")
        op.drop_column(table, "meta_title")
    op.drop_index("ix_categories_parent_id", "categories")
    op.drop_column("categories", "is_branch_active")
    op.drop_column("categories", "path")
    op.drop_column("categories", "parent_id")
