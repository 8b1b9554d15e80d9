"""Find products by their slugs, and keep these unique."""

from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    create_index_concurrently("uq_products_slug", "products", ["slug"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_products_slug", "products")
