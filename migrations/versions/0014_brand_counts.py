"""Keep the numbers of products by category and brand, and the terms of brands."""

import sqlalchemy as sa
from alembic import op

from novacart.application.search_terms import index_terms

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None

_BATCH_SIZE = 1000
_IS_ACTIVE = sa.text("archived_at IS NULL")


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "brand_counts",
        sa.Column("category_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("brand_key", sa.Text(), nullable=False),
        sa.Column("brand", sa.String(200), nullable=False),
        sa.Column("products", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("category_id", "brand_key", "brand", name="pk_brand_counts"),
    )
    op.create_index("ix_brand_counts_brand_key", "brand_counts", ["brand_key"])
    op.create_table(
        "brand_terms",
        sa.Column("term", sa.Text(collation="C" if is_postgresql else None), nullable=False),
        sa.Column("brand_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("term", "brand_key", name="pk_brand_terms"),
    )
    if is_postgresql:
        # Until the commit, products can be read and not changed: one second for a million.
        op.execute("LOCK TABLE products IN SHARE MODE")
    op.execute("""
        INSERT INTO brand_counts (category_id, brand_key, brand, products)
        SELECT coalesce(category_id, 0), brand_key, brand, count(*) FROM products
        WHERE archived_at IS NULL GROUP BY coalesce(category_id, 0), brand_key, brand
    """)
    _add_terms()
    # Only counted brands.
    op.drop_index("ix_products_facets", "products")


def downgrade() -> None:
    op.create_index(
        "ix_products_facets",
        "products",
        ["brand_key", "brand", "category_id", "archived_at"],
        sqlite_where=_IS_ACTIVE,
        postgresql_where=_IS_ACTIVE,
    )
    op.drop_table("brand_terms")
    op.drop_table("brand_counts")


def _add_terms() -> None:
    brands = op.get_bind().execute(sa.text("SELECT DISTINCT brand_key, brand FROM brand_counts"))
    statement = sa.text(
        "INSERT INTO brand_terms (term, brand_key) VALUES (:term, :key) ON CONFLICT DO NOTHING"
    )
    for batch in brands.partitions(_BATCH_SIZE):
        rows = [{"term": term, "key": key} for key, brand in batch for term in index_terms(brand)]
        op.get_bind().execute(statement, rows)
