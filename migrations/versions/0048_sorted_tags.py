"""Sort the products of a tag by price and time, for their lists on PostgreSQL.

Triggers copy both from the product, also for the release before. The steps can be repeated. Rows
that exist are filled in batches, for which the products are locked: a change of a price that
commits meanwhile is not overwritten.
"""

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.adapters.persistence.online_changes import (
    create_index_concurrently,
    outside_transaction,
)

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | None = None
depends_on: str | None = None

_COLUMNS = {"price_minor": sa.BigInteger(), "created_at": UtcDateTime()}
_INDEXES = {
    "ix_product_tags_price": ["tag_key", "price_minor", "product_id"],
    "ix_product_tags_newest": ["tag_key", "created_at", "product_id"],
}
_CREATE_TRIGGERS = (
    """CREATE OR REPLACE FUNCTION copy_sort_keys_to_tag() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT price_minor, created_at INTO NEW.price_minor, NEW.created_at
            FROM products WHERE id = NEW.product_id AND archived_at IS NULL;
            RETURN NEW;
        END $$""",
    """CREATE OR REPLACE FUNCTION copy_sort_keys_to_tags() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE product_tags SET
                price_minor = CASE WHEN NEW.archived_at IS NULL THEN NEW.price_minor END,
                created_at = CASE WHEN NEW.archived_at IS NULL THEN NEW.created_at END
            WHERE product_id = NEW.id;
            RETURN NULL;
        END $$""",
    """CREATE OR REPLACE TRIGGER products_copy_sort_keys AFTER UPDATE ON products
        FOR EACH ROW WHEN (
            OLD.tags <> ''
            AND (OLD.price_minor, OLD.created_at, OLD.archived_at IS NULL)
                IS DISTINCT FROM (NEW.price_minor, NEW.created_at, NEW.archived_at IS NULL)
        ) EXECUTE FUNCTION copy_sort_keys_to_tags()""",
    """CREATE OR REPLACE TRIGGER product_tags_copy_sort_keys BEFORE INSERT ON product_tags
        FOR EACH ROW EXECUTE FUNCTION copy_sort_keys_to_tag()""",
)
_LAST_OF_BATCH = sa.text("""
    SELECT max(product_id) FROM (
        SELECT product_id FROM product_tags WHERE product_id > :after
        ORDER BY product_id LIMIT :count
    ) batch
""")
_FILL_BATCH = sa.text("""
    WITH locked AS (
        SELECT id, price_minor, created_at, archived_at FROM products
        WHERE id > :after AND id <= :last AND tags <> '' ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE product_tags SET
        price_minor = CASE WHEN locked.archived_at IS NULL THEN locked.price_minor END,
        created_at = CASE WHEN locked.archived_at IS NULL THEN locked.created_at END
    FROM locked
    WHERE product_id = locked.id AND product_id > :after AND product_id <= :last
""")
_BATCH_SIZE = 1000


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        for name, type_ in _COLUMNS.items():
            op.add_column("product_tags", sa.Column(name, type_, nullable=True))
        return
    # `products` is locked first, as by a transaction that changes a product: they can't deadlock.
    for statement in _CREATE_TRIGGERS:
        op.execute(statement)
    for name, type_ in _COLUMNS.items():
        column = sa.Column(name, type_, nullable=True)
        op.add_column("product_tags", column, if_not_exists=True)
    with outside_transaction():
        _fill()
    for name, columns in _INDEXES.items():
        create_index_concurrently(name, "product_tags", columns)


def _fill() -> None:
    connection = op.get_bind()
    after = 0
    while last := connection.scalar(_LAST_OF_BATCH, {"after": after, "count": _BATCH_SIZE}):
        connection.execute(_FILL_BATCH, {"after": after, "last": last})
        after = last


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION copy_sort_keys_to_tag() CASCADE")
        op.execute("DROP FUNCTION copy_sort_keys_to_tags() CASCADE")
    for name in _COLUMNS:
        op.drop_column("product_tags", name)
