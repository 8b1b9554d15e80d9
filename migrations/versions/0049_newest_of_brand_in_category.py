"""Index the newest products of a brand in a category, for lists of parent categories."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0049"
down_revision: str | None = "0048"
branch_labels: str | None = None
depends_on: str | None = None

_NAME = "ix_products_category_brand_newest"
_IS_ACTIVE = sa.text("archived_at IS NULL")


def upgrade() -> None:
    create_index_concurrently(
        _NAME,
        "products",
        ["category_id", "brand_key", "created_at", "id"],
        sqlite_where=_IS_ACTIVE,
        postgresql_where=_IS_ACTIVE,
    )


def downgrade() -> None:
    op.drop_index(_NAME, "products")
