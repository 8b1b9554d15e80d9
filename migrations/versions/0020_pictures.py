"""Give products several pictures: the image of a product becomes its first picture.

The first picture has the id of its product. Locks on `products` are taken last and are short.
"""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FOREIGN_KEY = "fk_product_pictures_product_id"


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "product_pictures",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), server_default="", nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("smaller", sa.Text(), server_default="[]", nullable=False),
        sa.Column("source", sa.Text()),
        sa.CheckConstraint("image <> ''", name=op.f("ck_product_pictures_image")),
        sa.PrimaryKeyConstraint("id", name="pk_product_pictures"),
        # On PostgreSQL at the end, since it locks `products`.
        *([] if is_postgresql else [_foreign_key()]),
    )
    op.create_table(
        "image_removals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("image", sa.Text()),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(name IS NULL) <> (image IS NULL)", name=op.f("ck_image_removals_one")),
        sa.PrimaryKeyConstraint("id", name="pk_image_removals"),
    )
    op.create_index("ix_image_removals_due_at", "image_removals", ["due_at"])
    op.create_index("ix_image_removals_name", "image_removals", ["name"])
    op.execute("""
        INSERT INTO product_pictures (id, product_id, position, image)
        SELECT id, id, 0, image FROM products WHERE image IS NOT NULL
    """)
    op.execute("""
        INSERT INTO product_pictures (id, product_id, position, image)
        SELECT min(v.id), v.product_id,
               row_number() OVER (PARTITION BY v.product_id ORDER BY min(v.id)), v.image
        FROM variants v JOIN products p ON p.id = v.product_id
        WHERE v.image IS NOT NULL AND v.id <> v.product_id AND v.image <> coalesce(p.image, '')
        GROUP BY v.product_id, v.image
    """)
    op.create_index(
        "ix_product_pictures_product_id_position", "product_pictures", ["product_id", "position"]
    )
    if is_postgresql:
        op.create_foreign_key(_FOREIGN_KEY, "product_pictures", "products", ["product_id"], ["id"])
    op.add_column(
        "products", sa.Column("gallery_version", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("products", "gallery_version")
    op.drop_table("image_removals")
    # `products.image` is the first picture.
    op.drop_table("product_pictures")


def _foreign_key() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=_FOREIGN_KEY)
