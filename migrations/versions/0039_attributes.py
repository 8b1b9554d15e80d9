"""Attributes of categories, their values on products, and the numbers of these."""

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "attributes",
        sa.Column("id", id_type, autoincrement=False, nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(50), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("type", sa.String(10), nullable=False),
        sa.Column("unit", sa.String(20)),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("is_filterable", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_attributes_category_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attributes"),
        sa.UniqueConstraint("category_id", "code", name="uq_attributes_category_id_code"),
    )
    op.create_table(
        "product_attributes",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("attribute_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(255), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_attributes_product_id"
        ),
        sa.ForeignKeyConstraint(
            ["attribute_id"], ["attributes.id"], name="fk_product_attributes_attribute_id"
        ),
        sa.PrimaryKeyConstraint("product_id", "attribute_id", name="pk_product_attributes"),
    )
    op.create_index(
        "ix_product_attributes_value",
        "product_attributes",
        ["attribute_id", "text", "number", "category_id", "product_id"],
    )
    op.create_index(
        "ix_product_attributes_sample",
        "product_attributes",
        [
            "category_id",
            sa.text("((product_id % 100003) * 40503 % 65536)"),
            "product_id",
            "attribute_id",
            "text",
            "number",
        ],
    )
    op.create_table(
        "attribute_counts",
        sa.Column("category_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attribute_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(255), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("products", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "category_id", "attribute_id", "text", "number", name="pk_attribute_counts"
        ),
    )
    op.add_column(
        "collections", sa.Column("attributes", sa.JSON(), server_default="[]", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("collections", "attributes")
    op.drop_table("attribute_counts")
    op.drop_table("product_attributes")
    op.drop_table("attributes")
