"""Triggers of PostgreSQL that copy the sort keys of products to their tags.

Triggers, so that they are also right while the release before changes products during an update.
"""

from typing import Final

from sqlalchemy import DDL, Table, event

CREATE_TRIGGERS: Final = (
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
DROP_TRIGGERS: Final = (
    "DROP FUNCTION IF EXISTS copy_sort_keys_to_tag() CASCADE",
    "DROP FUNCTION IF EXISTS copy_sort_keys_to_tags() CASCADE",
)


def attach_tag_triggers(product_tags: Table) -> None:
    """Create and drop the triggers together with the table."""
    for statements, moment in ((CREATE_TRIGGERS, "after_create"), (DROP_TRIGGERS, "before_drop")):
        for statement in statements:
            ddl = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(product_tags, moment, ddl.execute_if(dialect="postgresql"))
