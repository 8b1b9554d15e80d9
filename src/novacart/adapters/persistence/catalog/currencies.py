"""The currencies in which products have prices."""

from sqlalchemy import select

from novacart.adapters.persistence.catalog.tables import products
from novacart.adapters.persistence.database import Database


def other_currency(database: Database, currency: str) -> str | None:
    """Return the currency of a product on sale that is not `currency`. Reads all products."""
    statement = (
        select(products.c.currency)
        .where(products.c.currency != currency, products.c.archived_at.is_(None))
        .limit(1)
    )
    with database.reading() as connection:
        found: str | None = connection.scalar(statement)
    return found
