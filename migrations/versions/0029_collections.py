"""Collections of products, picked by hand or by a rule."""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "collections",
        sa.Column("id", id_type, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("slug", sa.String(100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_rule", sa.Boolean(), nullable=False),
        sa.Column("brands", sa.JSON(), nullable=False),
        sa.Column("category_id", sa.BigInteger()),
        sa.Column("min_price_minor", sa.BigInteger()),
        sa.Column("max_price_minor", sa.BigInteger()),
        sa.Column("currency", sa.CHAR(3)),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.String(10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("starts_at", UtcDateTime()),
        sa.Column("ends_at", UtcDateTime()),
        sa.Column("meta_title", sa.String(200)),
        sa.Column("meta_description", sa.String(500)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_collections_dates")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_collections_category_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.UniqueConstraint("slug", name="uq_collections_slug"),
    )
    op.create_table(
        "collection_products",
        sa.Column("collection_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name="fk_collection_products_collection_id"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_collection_products_product_id"
        ),
        sa.PrimaryKeyConstraint("collection_id", "product_id", name="pk_collection_products"),
    )


def downgrade() -> None:
    op.drop_table("collection_products")
    op.drop_table("collections")
