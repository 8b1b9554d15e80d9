"""What is written into the search index, and what is asked of it, in each database's words."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from novacart.application.catalog.search_terms import words
from novacart.domain.catalog.product import Product

# PostgreSQL, "Text Search Type Limits": positions up to 16,383.
_MAX_POSITION = 16_383
_MAX_WORDS = 3_000
_WEIGHTS: Final = {"title": "A", "maker": "B", "body": "D"}

_WRITE: Final[dict[str, TextClause]] = {
    "sqlite": text(
        "INSERT INTO product_search (rowid, title, maker, body)"
        " VALUES (:product_id, :title, :maker, :body)"
    ),
    "postgresql": text(
        "INSERT INTO product_search (product_id, words)"
        " VALUES (:product_id, CAST(:vector AS tsvector))"
    ),
}
_REMOVE: Final[dict[str, TextClause]] = {
    "sqlite": text("DELETE FROM product_search WHERE rowid = :product_id"),
    "postgresql": text("DELETE FROM product_search WHERE product_id = :product_id"),
}

Searchable = tuple[list[str], list[str], list[str]]


def searchable(product: Product) -> Searchable:
    """The words of the title, of the maker, and of all else that is said; none if archived."""
    if product.is_archived:
        return [], [], []
    return (
        words(product.title),
        words(f"{product.brand} {product.author or ''}"),
        words(f"{product.subtitle} {product.description}")[:_MAX_WORDS],
    )


def index_products(connection: Connection, products: Sequence[Product]) -> None:
    """Make products that are not in the index yet searchable: one statement for all."""
    dialect = connection.dialect.name
    as_row = _sqlite_row if dialect == "sqlite" else _postgresql_row
    rows = [as_row(product.id, searchable(product)) for product in products]
    if rows:
        connection.execute(_WRITE[dialect], rows)


def reindex_product(connection: Connection, product: Product) -> None:
    """Make a product searchable by what is said of it now, or not at all if it is archived."""
    connection.execute(_REMOVE[connection.dialect.name], {"product_id": product.id})
    if not product.is_archived:
        index_products(connection, [product])


def _sqlite_row(product_id: int, parts: Searchable) -> dict[str, Any]:
    title, maker, body = (" ".join(part) for part in parts)
    return {"product_id": product_id, "title": title, "maker": maker, "body": body}


def _postgresql_row(product_id: int, parts: Searchable) -> dict[str, Any]:
    positions: dict[str, list[str]] = {}
    position = 0
    for part, weight in zip(parts, _WEIGHTS.values(), strict=True):
        for word in part:
            position = min(position + 1, _MAX_POSITION)
            positions.setdefault(word, []).append(f"{position}{weight}")
    # The words are letters, digits and marks alone, so that nothing needs to be escaped.
    vector = " ".join(f"'{word}':{','.join(at[:200])}" for word, at in positions.items())
    return {"product_id": product_id, "vector": vector}


def match_expression(dialect: str, searched: Sequence[str], *, within: str | None = None) -> str:
    """A query for products in which each of the words begins some word.

    `within` narrows it to words of the `title` or of the `maker`.
    """
    if dialect == "sqlite":
        column = f"{within} : " if within else ""
        return " AND ".join(f'{column}"{word}"*' for word in searched)
    weight = _WEIGHTS[within] if within else ""
    return " & ".join(f"'{word}':*{weight}" for word in searched)
