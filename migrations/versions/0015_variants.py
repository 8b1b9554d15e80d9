"""Sell variants of products: stock, carts, wishlists and order lines refer to a variant.

Every product gets its first variant, which has its id. So the keys of existing rows stay, and only
their columns are renamed. The release before can't work with this schema: stop it first.
"""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None

_TABLES = ("stock_levels", "stock_movements", "cart_lines", "wishlist_entries", "order_lines")
# `stock_movements` refers to `stock_levels`.
_WITH_FOREIGN_KEY = tuple(table for table in _TABLES if table != "stock_movements")
_IS_ACTIVE = sa.text("archived_at IS NULL")


def upgrade() -> None:
    # First, since it locks the table: no product is added while the others get their variants.
    op.add_column("products", sa.Column("default_variant_id", sa.BigInteger()))
    op.drop_index("uq_products_sku", "products")
    _create_tables()
    op.execute("""
        INSERT INTO variants (id, product_id, sku, price_minor, currency, position, version)
        SELECT id, id, sku, price_minor, currency, 0, 1 FROM products
    """)
    op.create_index("uq_variants_sku", "variants", ["sku"], unique=True)
    op.create_index("ix_variants_product_id_position", "variants", ["product_id", "position"])
    op.create_index(
        "uq_variants_combination",
        "variants",
        ["product_id", "combination"],
        unique=True,
        sqlite_where=_IS_ACTIVE,
        postgresql_where=_IS_ACTIVE,
    )
    _rename_keys("product", "variant")
    op.add_column("order_lines", sa.Column("sku", sa.String(64)))
    op.add_column("order_lines", sa.Column("options", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    _ensure_one_variant_each()
    op.drop_column("order_lines", "options")
    op.drop_column("order_lines", "sku")
    _rename_keys("variant", "product")
    op.drop_table("variants")
    op.drop_table("option_values")
    op.drop_table("product_options")
    op.create_index("uq_products_sku", "products", ["sku"], unique=True)
    op.drop_column("products", "default_variant_id")


def _create_tables() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "product_options",
        sa.Column("id", id_type, autoincrement=False, nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_options_product_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_product_options"),
    )
    op.create_index("ix_product_options_product_id", "product_options", ["product_id"])
    op.create_table(
        "option_values",
        sa.Column("id", id_type, autoincrement=False, nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["option_id"], ["product_options.id"], name="fk_option_values_option_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_option_values"),
    )
    op.create_index("ix_option_values_option_id", "option_values", ["option_id"])
    op.create_table(
        "variants",
        sa.Column("id", id_type, autoincrement=False, nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(64)),
        sa.Column("barcode", sa.String(14)),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(3), nullable=False),
        sa.Column("compare_at_minor", sa.BigInteger()),
        sa.Column("weight_g", sa.Integer()),
        sa.Column("image", sa.Text()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", UtcDateTime()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("combination", sa.Text(), server_default="", nullable=False),
        sa.Column("options", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_variants_price")),
        sa.CheckConstraint("compare_at_minor >= price_minor", name=op.f("ck_variants_compare_at")),
        sa.CheckConstraint("weight_g > 0", name=op.f("ck_variants_weight")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_variants_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_variants"),
    )


def _ensure_one_variant_each() -> None:
    product_id = op.get_bind().scalar(
        sa.text("SELECT product_id FROM variants WHERE id <> product_id ORDER BY 1 LIMIT 1")
    )
    if product_id is not None:
        message = (
            f"Product {product_id} has several variants, and the release before knows none."
            " Restore the backup that was made before the upgrade."
        )
        raise RuntimeError(message)


def _rename_keys(old: str, new: str) -> None:
    """Let the tables refer by `new`_id to the table of `new`, with the same ids."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old}_id TO {new}_id")
    if op.get_bind().dialect.name == "postgresql":
        _rename_in_postgresql(old, new)
    else:
        _rename_in_sqlite(old, new)


def _rename_in_postgresql(old: str, new: str) -> None:
    connection = op.get_bind()
    constraints = sa.text(
        "SELECT conname FROM pg_constraint"
        " WHERE conrelid = CAST(:table AS regclass) AND strpos(conname, :old) > 0"
    )
    indexes = sa.text(
        "SELECT indexname FROM pg_indexes"
        " WHERE schemaname = current_schema() AND tablename = :table"
        " AND strpos(indexname, :old) > 0"
    )
    for table in _TABLES:
        parameters = {"table": table, "old": f"_{old}_id"}
        if table in _WITH_FOREIGN_KEY:
            op.drop_constraint(f"fk_{table}_{old}_id", table)
            op.create_foreign_key(f"fk_{table}_{new}_id", table, f"{new}s", [f"{new}_id"], ["id"])
        for name in connection.scalars(constraints, parameters).all():
            renamed = name.replace(f"_{old}_id", f"_{new}_id")
            op.execute(f'ALTER TABLE {table} RENAME CONSTRAINT "{name}" TO "{renamed}"')
        for name in connection.scalars(indexes, parameters).all():
            renamed = name.replace(f"_{old}_id", f"_{new}_id")
            op.execute(f'ALTER INDEX "{name}" RENAME TO "{renamed}"')


def _rename_in_sqlite(old: str, new: str) -> None:
    """Change names and foreign keys in the stored definitions, without copying the tables.

    SQLite documentation, "ALTER TABLE", section 7: for changes that do not affect the content.
    """
    connection = op.get_bind()
    op.execute("PRAGMA writable_schema = ON")
    for table in _TABLES:
        connection.execute(
            sa.text(
                "UPDATE sqlite_master SET name = replace(name, :old, :new),"
                " sql = replace(replace(sql, :old, :new), :old_reference, :new_reference)"
                " WHERE tbl_name = :table AND sql IS NOT NULL"
            ),
            {
                "table": table,
                "old": f"_{old}_id",
                "new": f"_{new}_id",
                "old_reference": f"REFERENCES {old}s (id)",
                "new_reference": f"REFERENCES {new}s (id)",
            },
        )
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")
