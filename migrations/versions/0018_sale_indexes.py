"""Index the products on sale, for their lists.

The steps can be repeated, since each first drops what an interrupted one has left.
"""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None

_INDEXES = {
    "ix_products_sale_price": ["is_on_sale", "price_minor", "id"],
    "ix_products_sale_newest": ["is_on_sale", "created_at", "id"],
    "ix_products_sale_category_price": ["is_on_sale", "category_id", "price_minor", "id"],
    "ix_products_sale_category_newest": ["is_on_sale", "category_id", "created_at", "id"],
    "ix_products_sale_brand_price": ["is_on_sale", "brand_key", "price_minor", "id"],
    "ix_products_sale_brand_newest": ["is_on_sale", "brand_key", "created_at", "id"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        create_index_concurrently(
            name,
            "products",
            columns,
            sqlite_where=sa.text("archived_at IS NULL AND is_on_sale = 1"),
            postgresql_where=sa.text("archived_at IS NULL AND is_on_sale"),
        )


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, "products")
