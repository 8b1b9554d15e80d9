"""Count the brands of all products again."""

from typing import Final

from sqlalchemy import Connection, text

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
_WRONG: Final = text(f"""
    SELECT count(*) FROM (
        SELECT category_id, brand_key, brand FROM (
            SELECT * FROM ({_STORED} EXCEPT {_COUNTED}) stored
            UNION ALL
            SELECT * FROM ({_COUNTED} EXCEPT {_STORED}) counted
        ) differences
        GROUP BY category_id, brand_key, brand
    ) wrong
""")  # noqa: S608 (constants of this module)
_COUNT: Final = text(
    f"INSERT INTO brand_counts (category_id, brand_key, brand, products, on_sale) {_COUNTED}"
)
_BRANDS: Final = text("SELECT DISTINCT brand_key, brand FROM brand_counts")


def recount_brands(database: Database) -> int:
    """Replace the counts and add missing terms of brands; return the number of wrong counts.

    Until the commit, products can be read and not changed. Raises `StorageUnavailable` if running
    changes of products do not end within `LOCK_TIMEOUT`.
    """
    with database.writing() as connection:
        _lock_products(connection)
        wrong: int = connection.scalar(_WRONG) or 0
        if wrong:
            connection.execute(text("DELETE FROM brand_counts"))
            connection.execute(_COUNT)
        # An old release adds neither counts nor terms.
        brands = connection.execute(_BRANDS).all()
        add_terms(connection, [(key, brand) for key, brand in brands])
        connection.commit()
    return wrong


def _lock_products(connection: Connection) -> None:
    """Wait for running changes of products, and block new ones.

    In a statement before the counting, whose snapshot then has the changes waited for. Each
    transaction that changes counts has changed a product before.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL statement_timeout = '{REPORT_TIMEOUT}s'"))
        connection.execute(text("LOCK TABLE products IN SHARE MODE"))
