"""Add the SKU of a product."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("products", sa.Column("sku", sa.String(length=64)))
    op.create_index("uq_products_sku", "products", ["sku"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_products_sku", "products")
    op.drop_column("products", "sku")
