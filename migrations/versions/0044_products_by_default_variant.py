"""Index products by their default variant, for lists of those that are sold out."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: str | None = None
depends_on: str | None = None

_NAME = "ix_products_default_variant"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        create_index_concurrently(_NAME, "products", [sa.text("coalesce(default_variant_id, id)")])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(_NAME, "products")
