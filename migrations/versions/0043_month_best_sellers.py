"""Index the products of a month by their units."""

from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    create_index_concurrently(
        "ix_sales_month_products_month_units", "sales_month_products", ["month", "units"]
    )


def downgrade() -> None:
    op.drop_index("ix_sales_month_products_month_units", table_name="sales_month_products")
