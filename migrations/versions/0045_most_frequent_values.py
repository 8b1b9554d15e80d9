"""Index the most frequent values of attributes, for facets of very many values."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | None = None
depends_on: str | None = None

_NAME = "ix_attribute_counts_products"


def upgrade() -> None:
    create_index_concurrently(
        _NAME,
        "attribute_counts",
        ["category_id", "attribute_id", sa.text("products DESC"), "text", "number"],
    )


def downgrade() -> None:
    op.drop_index(_NAME, "attribute_counts")
