"""Writing to the search index, and match expressions, for each database.

Archived products are indexed too, for the back office. Their terms begin with a mark that no query
of a customer contains.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Text, TextClause, column, table, text

from novacart.adapters.persistence.statements import DriverStatement, insert_rows
from novacart.application.catalog.search import ProductTerms, product_terms, variant_codes
from novacart.application.search_terms import SearchTerm
from novacart.domain.catalog.product import Product

# PostgreSQL documentation, "Text Search Limitations": positions up to 16,383, and at most 256
# of them for each word.
_MAX_POSITION = 16_383
_MAX_POSITIONS = 200
_WEIGHTS: Final = {"title": "A", "maker": "B", "body": "D"}
_ARCHIVED: Final = "~"

_INSERT: Final = {
    "sqlite": DriverStatement(
        text(
            "INSERT INTO product_search (rowid, title, maker, body)"
            " VALUES (:product_id, :title, :maker, :body)"
        )
    ),
    "postgresql": DriverStatement(
        text(
            "INSERT INTO product_search (product_id, words)"
            " VALUES (:product_id, CAST(:words AS tsvector))"
        )
    ),
}
# On PostgreSQL, where a vector is read from its text.
_VECTORS: Final = table("product_search", column("product_id", BigInteger), column("words", Text))
_DELETE: Final[dict[str, TextClause]] = {
    "sqlite": text("DELETE FROM product_search WHERE rowid = :product_id"),
    "postgresql": text("DELETE FROM product_search WHERE product_id = :product_id"),
}

# The texts of a product that are indexed, and whether it is archived.
IndexedTexts = tuple[str, str, str | None, str | None, str, str, tuple[str, ...], bool]


def indexed_texts(product: Product) -> IndexedTexts:
    """The product's index entry changes only if these do."""
    details = product.details
    return (
        details.title,
        details.brand,
        details.author,
        details.sku,
        details.subtitle,
        details.description,
        tuple(variant_codes(product)),
        product.is_archived,
    )


def index_rows(connection: Connection, products: Sequence[Product]) -> list[dict[str, Any]]:
    """The entries of products."""
    return [
        index_row(
            connection.dialect.name,
            product.id,
            product_terms(product.details, variant_codes(product)),
            is_archived=product.is_archived,
        )
        for product in products
    ]


def add_index_rows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add entries of products that are not in the index, in one statement."""
    dialect = connection.dialect.name
    if dialect == "postgresql" and len(rows) > 1:
        insert_rows(connection, _VECTORS, rows, is_ahead=True)
    elif rows:
        _INSERT[dialect].execute_many(connection, rows)


def reindex_product(connection: Connection, product: Product) -> None:
    """Replace the entry of a product."""
    connection.execute(_DELETE[connection.dialect.name], {"product_id": product.id})
    add_index_rows(connection, index_rows(connection, [product]))


def index_row(
    dialect: str, product_id: int, terms: ProductTerms, *, is_archived: bool
) -> dict[str, Any]:
    """The parameters of an entry."""
    parts: dict[str, Sequence[str]] = {name: getattr(terms, name) for name in _WEIGHTS}
    if is_archived:
        parts = {name: [_ARCHIVED + term for term in part] for name, part in parts.items()}
    if dialect == "sqlite":
        return {"product_id": product_id} | {name: " ".join(part) for name, part in parts.items()}
    return {"product_id": product_id, "words": _vector(parts)}


def match_expression(
    dialect: str,
    terms: Sequence[SearchTerm],
    *,
    within: str | None = None,
    include_archived: bool = False,
) -> str:
    """The query for products in which every term is a prefix of some term.

    `within` restricts it to the `title` or to the `maker`.
    """
    marks = ("", _ARCHIVED) if include_archived else ("",)
    choices = [[mark + each for mark in marks for each in term] for term in terms]
    if dialect == "sqlite":
        expression = " AND ".join(
            "(" + " OR ".join(f'"{each}"*' for each in choice) + ")" for choice in choices
        )
        return f"{within} : ({expression})" if within else expression
    weight = _WEIGHTS[within] if within else ""
    return " & ".join(
        "(" + " | ".join(f"'{each}':*{weight}" for each in choice) + ")" for choice in choices
    )


def _vector(parts: Mapping[str, Sequence[str]]) -> str:
    """A `tsvector`: each term with its positions and weights."""
    positions: dict[str, list[str]] = {}
    position = 0
    for name, part in parts.items():
        weight = _WEIGHTS[name]
        for term in part:
            if position < _MAX_POSITION:
                position += 1
            positions.setdefault(term, []).append(f"{position}{weight}")
    # Terms contain no quotes and no backslashes, so that none needs escaping.
    return " ".join([f"'{term}':{','.join(at[:_MAX_POSITIONS])}" for term, at in positions.items()])
