"""Keep the prices of variants over time, and which products are on sale.

The present price of each variant becomes its first entry, from the last change of its product:
earlier prices are unknown. On PostgreSQL a million variants take some seconds, in which nothing
that existed before is locked.
"""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "price_history",
        sa.Column("id", id_type, nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(3), nullable=False),
        sa.Column("compare_at_minor", sa.BigInteger()),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_price_history_price")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name="fk_price_history_variant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_price_history"),
    )
    op.execute("""
        INSERT INTO price_history
            (variant_id, price_minor, currency, compare_at_minor, valid_from, changed_by)
        SELECT v.id, v.price_minor, v.currency, v.compare_at_minor, p.updated_at, 'migration'
        FROM variants v JOIN products p ON p.id = v.product_id ORDER BY v.id
    """)
    op.create_index("ix_price_history_variant_id_id", "price_history", ["variant_id", "id"])
    op.add_column("variants", sa.Column("lowest_30_days_minor", sa.BigInteger()))
    op.add_column(
        "products",
        sa.Column("is_on_sale", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "brand_counts",
        sa.Column("on_sale", sa.BigInteger(), server_default="0", nullable=False),
    )
    if op.get_bind().scalar(sa.text("SELECT 1 FROM variants WHERE compare_at_minor > 0 LIMIT 1")):
        _find_sales()


def downgrade() -> None:
    op.drop_column("brand_counts", "on_sale")
    op.drop_column("products", "is_on_sale")
    op.drop_column("variants", "lowest_30_days_minor")
    op.drop_table("price_history")


def _find_sales() -> None:
    """Mark the products on sale. No release has compare-at prices before this revision."""
    op.execute("""
        UPDATE products SET is_on_sale = true WHERE id IN (
            SELECT product_id FROM variants
            WHERE compare_at_minor > price_minor AND archived_at IS NULL)
    """)
    op.execute("""
        UPDATE brand_counts SET on_sale = (
            SELECT count(*) FROM products p
            WHERE p.is_on_sale AND p.archived_at IS NULL
            AND coalesce(p.category_id, 0) = brand_counts.category_id
            AND p.brand_key = brand_counts.brand_key AND p.brand = brand_counts.brand)
        WHERE EXISTS (SELECT 1 FROM products p WHERE p.is_on_sale)
    """)
