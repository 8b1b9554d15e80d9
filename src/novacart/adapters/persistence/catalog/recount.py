"""Count the brands and the values of attributes of all products again."""

from typing import Final

from sqlalchemy import Connection, TextClause, text

from novacart.adapters.persistence.catalog.brand_counts import add_terms
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.timeouts import REPORT_TIMEOUT

_COUNTED: Final = """
    SELECT coalesce(category_id, 0) AS category_id, brand_key, brand, count(*) AS products,
           sum(CASE WHEN is_on_sale THEN 1 ELSE 0 END) AS on_sale
    FROM products WHERE archived_at IS NULL
    GROUP BY coalesce(category_id, 0), brand_key, brand
"""
# Rows of one table without an equal row in the other. Rows with zero products mean nothing.
_STORED: Final = (
    "SELECT category_id, brand_key, brand, products, on_sale FROM brand_counts"
    " WHERE products <> 0 OR on_sale <> 0"
)
_COUNTED_VALUES: Final = """
    SELECT p.category_id, v.attribute_id, v.text, v.number, count(*) AS products
    FROM product_attributes v JOIN products p ON p.id = v.product_id
    WHERE p.archived_at IS NULL AND p.category_id IS NOT NULL
    GROUP BY p.category_id, v.attribute_id, v.text, v.number
"""
_STORED_VALUES: Final = (
    "SELECT category_id, attribute_id, text, number, products FROM attribute_counts"
    " WHERE products <> 0"
)


def _count_wrong(stored: str, counted: str, key: str) -> TextClause:
    return text(f"""
        SELECT count(*) FROM (
            SELECT {key} FROM (
                SELECT * FROM ({stored} EXCEPT {counted}) stored
                UNION ALL
                SELECT * FROM ({counted} EXCEPT {stored}) counted
            ) differences
            GROUP BY {key}
        ) wrong
    """)  # noqa: S608 (constants of this module)


_WRONG: Final = _count_wrong(_STORED, _COUNTED, "category_id, brand_key, brand")
_WRONG_VALUES: Final = _count_wrong(
    _STORED_VALUES, _COUNTED_VALUES, "category_id, attribute_id, text, number"
)
_COUNT: Final = text(
    f"INSERT INTO brand_counts (category_id, brand_key, brand, products, on_sale) {_COUNTED}"
)
_COUNT_VALUES: Final = text(
    "INSERT INTO attribute_counts (category_id, attribute_id, text, number, products)"
    f" {_COUNTED_VALUES}"
)
_MOVE_VALUES: Final = text("""
    UPDATE product_attributes SET category_id =
        (SELECT p.category_id FROM products p WHERE p.id = product_attributes.product_id)
    WHERE EXISTS (
        SELECT 1 FROM products p
        WHERE p.id = product_attributes.product_id
        AND p.category_id <> product_attributes.category_id
    )
""")
_BRANDS: Final = text("SELECT DISTINCT brand_key, brand FROM brand_counts")


def recount_products(database: Database) -> int:
    """Replace the counts and add missing terms of brands; return the number of wrong counts.

    Values of attributes are stored for the category of their product again. Until the commit,
    products can be read and not changed. Raises `StorageUnavailable` if running changes of products
    do not end within `LOCK_TIMEOUT`.
    """
    with database.writing() as connection:
        _lock_products(connection)
        wrong: int = connection.scalar(_WRONG) or 0
        if wrong:
            connection.execute(text("DELETE FROM brand_counts"))
            connection.execute(_COUNT)
        connection.execute(_MOVE_VALUES)
        wrong_values: int = connection.scalar(_WRONG_VALUES) or 0
        if wrong_values:
            connection.execute(text("DELETE FROM attribute_counts"))
            connection.execute(_COUNT_VALUES)
        # An old release adds neither counts nor terms.
        brands = connection.execute(_BRANDS).all()
        add_terms(connection, [(key, brand) for key, brand in brands])
        connection.commit()
    return wrong + wrong_values


def _lock_products(connection: Connection) -> None:
    """Wait for running changes of products, and block new ones.

    In a statement before the counting, whose snapshot then has the changes waited for. Each
    transaction that changes counts has changed a product before.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL statement_timeout = '{REPORT_TIMEOUT}s'"))
        connection.execute(text("LOCK TABLE products IN SHARE MODE"))
