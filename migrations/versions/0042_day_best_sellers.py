"""Index the products of a day by their units."""

from alembic import op

from novacart.adapters.persistence.online_changes import create_index_concurrently

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    create_index_concurrently(
        "ix_sales_day_products_day_units", "sales_day_products", ["day", "units"]
    )


def downgrade() -> None:
    op.drop_index("ix_sales_day_products_day_units", table_name="sales_day_products")
