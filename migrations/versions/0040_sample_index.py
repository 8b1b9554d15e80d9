"""Index a sample of the products of each category, for facets."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    is_active = sa.text("archived_at IS NULL")
    create_index_concurrently(
        "ix_products_sample",
        "products",
        ["category_id", sa.text("((id % 100003) * 40503 % 65536)")],
        sqlite_where=is_active,
        postgresql_where=is_active,
        postgresql_include=["id", "brand_key", "price_minor", "is_on_sale", "default_variant_id"],
    )


def downgrade() -> None:
    op.drop_index("ix_products_sample", "products")
