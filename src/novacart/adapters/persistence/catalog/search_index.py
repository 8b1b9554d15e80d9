"""Writing to the search index, and match expressions, for each database."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from novacart.application.catalog.search import words
from novacart.domain.catalog.product import Product

# PostgreSQL documentation, "Text Search Limitations": positions up to 16,383, and at most 256
# of them for each word.
_MAX_POSITION = 16_383
_MAX_POSITIONS = 200
_MAX_WORDS = 3_000
_WEIGHTS: Final = {"title": "A", "maker": "B", "body": "D"}

_INSERT: Final[dict[str, TextClause]] = {
    "sqlite": text(
        "INSERT INTO product_search (rowid, title, maker, body)"
        " VALUES (:product_id, :title, :maker, :body)"
    ),
    "postgresql": text(
        "INSERT INTO product_search (product_id, words)"
        " VALUES (:product_id, CAST(:vector AS tsvector))"
    ),
}
_DELETE: Final[dict[str, TextClause]] = {
    "sqlite": text("DELETE FROM product_search WHERE rowid = :product_id"),
    "postgresql": text("DELETE FROM product_search WHERE product_id = :product_id"),
}

# Words of the title, of the maker (brand and author), and of the body.
IndexedWords = tuple[list[str], list[str], list[str]]


def indexed_words(product: Product) -> IndexedWords:
    """The words by which a product is found; none for an archived one."""
    if product.is_archived:
        return [], [], []
    details = product.details
    return (
        words(details.title),
        words(f"{details.brand} {details.author or ''}"),
        words(f"{details.sku or ''} {details.subtitle} {details.description}")[:_MAX_WORDS],
    )


def index_products(connection: Connection, products: Sequence[Product]) -> None:
    """Add products that are not in the index, in one statement."""
    dialect = connection.dialect.name
    to_row = _sqlite_row if dialect == "sqlite" else _postgresql_row
    rows = [to_row(product.id, indexed_words(product)) for product in products]
    if rows:
        connection.execute(_INSERT[dialect], rows)


def reindex_product(connection: Connection, product: Product) -> None:
    """Replace the entry of a product, or remove it if the product is archived."""
    connection.execute(_DELETE[connection.dialect.name], {"product_id": product.id})
    if not product.is_archived:
        index_products(connection, [product])


def match_expression(dialect: str, terms: Sequence[str], *, within: str | None = None) -> str:
    """The query for products in which every term is a prefix of some word.

    `within` restricts it to words of the `title` or of the `maker`.
    """
    if dialect == "sqlite":
        column = f"{within} : " if within else ""
        return " AND ".join(f'{column}"{term}"*' for term in terms)
    weight = _WEIGHTS[within] if within else ""
    return " & ".join(f"'{term}':*{weight}" for term in terms)


def _sqlite_row(product_id: int, indexed: IndexedWords) -> dict[str, Any]:
    title, maker, body = (" ".join(part) for part in indexed)
    return {"product_id": product_id, "title": title, "maker": maker, "body": body}


def _postgresql_row(product_id: int, indexed: IndexedWords) -> dict[str, Any]:
    positions: dict[str, list[str]] = {}
    position = 0
    for part, weight in zip(indexed, _WEIGHTS.values(), strict=True):
        for word in part:
            position = min(position + 1, _MAX_POSITION)
            positions.setdefault(word, []).append(f"{position}{weight}")
    # Words consist of letters, digits and marks only, so that none needs escaping.
    vector = " ".join(f"'{word}':{','.join(at[:_MAX_POSITIONS])}" for word, at in positions.items())
    return {"product_id": product_id, "vector": vector}
